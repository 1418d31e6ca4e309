using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.Chat;
using Rill.Chat.Responses;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.OpenApi;
using Rill.FunctionApp.Http.Responses;
using Rill.FunctionApp.Http.WebPage;
using Rill.FunctionApp.Loading;
using Rill.FunctionApp.Telemetry;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>Puts the app together: settings, model, engine, chat, and what HTTP needs of them.</summary>
internal static class RillHosting
{
    /// <summary>Adds Rill to a Functions app. What needs the model is made when it is first asked for, which the gates let happen only once it is loaded.</summary>
    /// <exception cref="StartFailureException">The settings do not allow this start.</exception>
    public static void AddRill(this IHostApplicationBuilder builder, RillSettings settings, ModelLoad load)
    {
        var options = settings.Options;
        var keys = new ApiKeys(options.ApiKeys);
        RequireKeys(keys, options, builder.Environment);
        var exporters = ExporterChoice.Of(settings.Telemetry);
        if (exporters != Exporters.None)
        {
            TelemetryExport.Add(builder, exporters, Startup.Version);
        }

        var services = builder.Services;
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(settings);
        services.AddSingleton(keys);
        services.AddSingleton(new PageSite(PageFiles.OfThisApp(), options));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(load);
        services.AddSingleton(new RillMetrics(load.Timeline));
        services.AddSingleton(provider => new PrometheusExporter(provider.GetRequiredService<RillMetrics>(), load.Id));
        services.AddSingleton(provider => new InferenceEngine(
            load.Model.Runner,
            settings.Engine,
            provider.GetRequiredService<ILogger<InferenceEngine>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RillMetrics>()));
        services.AddSingleton(load.Adapters);
        services.AddSingleton(_ => load.Model.Chat);
        services.AddSingleton(_ => load.Model.Models);
        services.AddSingleton(_ => new ChatRequestLimits(
            load.Model.Models, load.Model.Runner.Limits.VocabularySize, options.MaxChoices, options.MaxSchemaBytes)
            {
                ReasoningKeys = options.ReasoningKeys,
            });
        services.AddSingleton(new ContentTracing(settings.Telemetry.CaptureContent));
        services.AddSingleton<ChatService>();
        services.AddSingleton(provider => new ModelGate(
            load,
            provider.GetRequiredService<InferenceEngine>,
            provider.GetRequiredService<ChatService>,
            settings,
            provider.GetRequiredService<RillMetrics>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => LargeRequests.OfThisMachine());
        services.AddSingleton(provider => new Responder(
            provider.GetRequiredService<ModelGate>(),
            BodyMemory.Of(options),
            provider.GetRequiredService<LargeRequests>(),
            options,
            provider.GetRequiredService<RillMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Responder>>()));
        AddResponses(services, options, keys);
        services.AddSingleton(new ApiDescription(options));
        // The app caps bodies itself; the server's own cap would cut the connection of a client that has yet to read its 413 (docs/adr/0054).
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        services.AddHostedService<Drain>();
        services.AddHostedService<Startup>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.ShutdownTimeout(options));
        RemoveKeyRing(services);
    }

    private static void AddResponses(IServiceCollection services, RillOptions options, ApiKeys keys)
    {
        var limits = new ResponseStoreLimits(
            options.MaxStoredResponses, options.StoredResponsesMiB * 1024L * 1024, TimeSpan.FromMinutes(options.StoredResponseMinutes));
        services.AddSingleton(provider => new ResponseStore(limits, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ResponsesEndpoint(
            provider.GetRequiredService<Responder>(),
            provider.GetRequiredService<ResponseStore>(),
            keys,
            options,
            provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>
    /// Microsoft's worker brings ASP.NET's data protection, which at every start in a new container would make a key, write it as XML into the
    /// home folder, and warn that it lies there unprotected. Nothing here is encrypted with it.
    /// </summary>
    private static void RemoveKeyRing(IServiceCollection services)
    {
        const string preloading = "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService";
        foreach (var service in services.Where(service => !service.IsKeyedService && service.ImplementationType?.FullName == preloading).ToList())
        {
            services.Remove(service);
        }
    }

    /// <summary>Without keys the endpoint is open in Development only (docs/adr/0010). A key that is empty is one that got lost on its way here.</summary>
    private static void RequireKeys(ApiKeys keys, RillOptions options, IHostEnvironment environment)
    {
        foreach (var (index, key) in options.ApiKeys.Index())
        {
            if (string.IsNullOrWhiteSpace(key))
            {
                throw new StartFailureException($"the setting Rill__ApiKeys__{index} is empty; give it a key, or take it away.");
            }

            if (key.Trim().Any(character => character is <= ' ' or > '~'))
            {
                throw new StartFailureException($"the setting Rill__ApiKeys__{index} holds a character that no client can send; use letters, digits and signs of ASCII.");
            }
        }

        if (keys.IsOpen && !options.AllowAnonymous && !environment.IsDevelopment())
        {
            throw new StartFailureException(
                "no API key is configured; set Rill__ApiKeys__0, or Rill__AllowAnonymous=true if everyone may use this endpoint.");
        }
    }
}
