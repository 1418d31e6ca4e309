using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rill.FunctionsWorker.Functions;
using Rill.FunctionsWorker.Invocations;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>Puts the worker's parts into an ASP.NET Core app.</summary>
internal static class WorkerHosting
{
    private const string DefaultRoutePrefix = "api";
    private static readonly JsonDocumentOptions s_hostJson = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static void AddFunctions(WebApplicationBuilder builder)
    {
        // Said here, and not left to ASPNETCORE_URLS: the host passes on its own environment, with its own address in it.
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.All);
        builder.Services.AddSingleton<ILoggerProvider, RpcLoggerProvider>();
        builder.Services.AddSingleton(FunctionCatalog.Discover(Assembly.GetEntryAssembly()!));
        builder.Services.AddMvcCore(); // for functions that return an IActionResult
        builder.Services.AddSingleton<FunctionPipeline>();
        builder.Services.AddSingleton<InvocationCoordinator>();
        builder.Services.AddSingleton<HostOutbox>();
        builder.Services.AddSingleton<HostMessageHandler>();
        builder.Services.AddSingleton<HostConnection>();
        builder.Services.AddHostedService<WorkerService>();
    }

    public static void UseFunctions(WebApplication app, IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        app.Services.GetRequiredService<FunctionPipeline>().SetMiddleware(middleware);
        app.UseForwardedHeaders();
        app.UseRouting();

        // The host has already chosen the function; these routes are here for the values in the path.
        RequestDelegate run = app.Services.GetRequiredService<InvocationCoordinator>().RunAsync;
        var prefix = ReadRoutePrefix();
        foreach (var function in app.Services.GetRequiredService<IReadOnlyDictionary<string, FunctionEntry>>().Values)
        {
            var pattern = $"{prefix}/{function.Trigger.Route ?? function.Name}";
            _ = function.Trigger.Methods is { } methods ? app.MapMethods(pattern, methods, run) : app.Map(pattern, run);
        }
    }

    private static string ReadRoutePrefix()
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY") ?? ".", "host.json");
        if (!File.Exists(path))
        {
            return DefaultRoutePrefix;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(path), s_hostJson);
        return document.RootElement.TryGetProperty("extensions", out var extensions)
            && extensions.TryGetProperty("http", out var http)
            && http.TryGetProperty("routePrefix", out var prefix)
            ? prefix.GetString() ?? DefaultRoutePrefix
            : DefaultRoutePrefix;
    }
}
