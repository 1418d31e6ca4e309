using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A right server with one thing wrong: it passes requests on, and changes what comes back.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FaultyServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts one in front of a server.</summary>
    /// <param name="server">What answers.</param>
    /// <param name="break">Makes another answer of one.</param>
    public static async Task<FaultyServer> StartAsync(RillServer server, Func<WholeAnswer, WholeAnswer> @break)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(http => PassOnAsync(http, server, @break));
        await app.StartAsync();
        return new FaultyServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task PassOnAsync(HttpContext http, RillServer server, Func<WholeAnswer, WholeAnswer> @break)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(server.BaseUri, http.Request.Path + http.Request.QueryString));
        if (HttpMethods.IsPost(http.Request.Method))
        {
            request.Content = new StreamContent(http.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        }

        using var response = await server.Client.SendAsync(request, http.RequestAborted);
        var type = response.Content.Headers.ContentType?.ToString();
        var answer = @break(new WholeAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(http.RequestAborted), type?.StartsWith("text/event-stream", StringComparison.Ordinal) == true));
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body), http.RequestAborted);
    }
}

/// <summary>What a server has answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">All of the body.</param>
/// <param name="IsStream">True for a stream of events.</param>
internal sealed record WholeAnswer(int Status, string Body, bool IsStream);
