using System.Net;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>A proxy of the kind that breaks streaming: it passes an answer on when it has all of it.</summary>
internal sealed class BufferingProxy : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly HttpClient _client;
    private readonly Task _serving;

    public BufferingProxy(Uri target)
    {
        _client = new HttpClient { BaseAddress = target };
        (Address, _listener) = Listen();
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _client.Dispose();
    }

    /// <summary>The first port that nobody has.</summary>
    private static (Uri Address, HttpListener Listener) Listen()
    {
        for (var port = 41_000; ; port++)
        {
            var listener = new HttpListener { Prefixes = { $"http://localhost:{port}/" } };
            try
            {
                listener.Start();
                return (new Uri($"http://localhost:{port}/"), listener);
            }
            catch (HttpListenerException) when (port < 42_000)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await PassOnAsync(context);
        }
    }

    private async Task PassOnAsync(HttpListenerContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
        if (context.Request.HasEntityBody)
        {
            request.Content = new StreamContent(context.Request.InputStream);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers["Authorization"]);
        using var answer = await _client.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.Close(await answer.Content.ReadAsByteArrayAsync(), willBlock: false);
    }
}
