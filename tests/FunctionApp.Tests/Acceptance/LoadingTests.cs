using System.Net;
using System.Text;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;
using Rill.ModelStore.Tests.Harness;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What health and requests see while a remote model is loading, and when it cannot be loaded (contract H.6). Each test has a server of its own.</summary>
public sealed class LoadingTests : IAsyncLifetime
{
    private const string Body = """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":3,"stream":STREAM}""";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-loading-");
    private readonly TaskCompletionSource _gate = new();
    private HubServer _hub = null!;

    public async Task InitializeAsync()
    {
        TinyModel.Write(_folder.FullName);
        _hub = await HubServer.Over(_folder.FullName).RunAsync();
        _hub.Gate = _gate.Task;
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        await _hub.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Stream_WhileTheModelLoads_IsHeldWithCommentsAndThenAnswered()
    {
        await using var server = await StartAsync();
        using var ready = await server.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
        using var live = await server.Client.GetAsync(new Uri("health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.NotNull(ready.Headers.RetryAfter);
        Assert.Contains("model_loading", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        using var request = Request(stream: true);
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith(": loading: ", await reader.ReadLineAsync().WaitAsync(_patience), StringComparison.Ordinal);
        _gate.SetResult();
        var rest = await reader.ReadToEndAsync().WaitAsync(_patience);

        Assert.Contains("\"finish_reason\":\"length\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        using var readyNow = await server.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, readyNow.StatusCode);
        var metrics = await server.Client.GetStringAsync(new Uri("metrics", UriKind.Relative));
        Assert.Contains("phase=\"first_token\"", metrics, StringComparison.Ordinal);
        Assert.Contains("phase=\"weights\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WhoseHeadersAreGone_IsWarnedInAComment()
    {
        await using var server = await StartAsync();
        const string schema = """{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}""";
        using var request = Request(stream: true, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + schema + "}}");
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _gate.SetResult();

        var text = await response.Content.ReadAsStringAsync().WaitAsync(_patience);

        Assert.Contains("\n: x-rill-warning: The schema is not enforced: ", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WholeAnswer_WhileTheModelLoads_Waits()
    {
        await using var server = await StartAsync();
        using var request = Request(stream: false);
        var answer = server.Client.SendAsync(request);
        await Task.Delay(200);
        Assert.False(answer.IsCompleted);
        _gate.SetResult();

        using var response = await answer.WaitAsync(_patience);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("Rill__WhileLoading", "Reject", true, false)]
    [InlineData("Rill__HoldSeconds", "0.1", false)]
    public async Task Request_ThatIsNotHeld_GetsModelLoadingWithRetryAfter(string setting, string value, params bool[] streams)
    {
        await using var server = await StartAsync((setting, value));
        foreach (var stream in streams)
        {
            using var request = Request(stream);

            using var response = await server.Client.SendAsync(request);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
            Assert.Contains("\"code\":\"model_loading\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Request_BeyondThePlacesThatThereWillBe_IsRefusedBeforeItsStreamBegins()
    {
        await using var server = await StartAsync(("Rill__Engine__MaxSequences", "1"), ("Rill__Engine__MaxQueuedRequests", "1"));
        var streaming = Body.Replace("STREAM", "true", StringComparison.Ordinal);
        await using var first = await SseStream.OpenAsync(server, streaming);
        await using var second = await SseStream.OpenAsync(server, streaming);
        using var request = Request(stream: true);

        using var third = await server.Client.SendAsync(request);
        _gate.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Contains("\"code\":\"server_is_overloaded\"", await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(first.ReadToEndAsync(), second.ReadToEndAsync()), stream => Assert.True(stream.EndedCleanly));
    }

    [Fact]
    public async Task Request_ForSeveralChoices_WaitsInAsManyPlaces()
    {
        await using var server = await StartAsync(("Rill__Engine__MaxSequences", "1"), ("Rill__Engine__MaxQueuedRequests", "1"));
        var streaming = Body.Replace("STREAM", "true", StringComparison.Ordinal);
        await using var first = await SseStream.OpenAsync(server, "{\"n\":2," + streaming[1..]);
        using var request = Request(stream: true);

        using var second = await server.Client.SendAsync(request);
        _gate.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.True((await first.ReadToEndAsync()).EndedCleanly);
    }

    [Fact]
    public Task Terminate_WhileTheModelLoads_TellsThoseWhoWaitAtOnce() => Eventually.SucceedsAsync(async () =>
    {
        await using var server = await StartAsync();
        await using var stream = await SseStream.OpenAsync(server, Body.Replace("STREAM", "true", StringComparison.Ordinal));
        var whole = server.PostAsync(Body.Replace("STREAM", "false", StringComparison.Ordinal));
        await Task.Delay(500);    // until it waits, too

        server.Process.Signal(HostProcess.SigTerm);
        var cut = await stream.ReadToEndAsync();

        Assert.Equal("shutting_down", cut.Error.GetProperty("code").GetString());
        (await whole).AssertError(503, "shutting_down", null);
        Assert.Equal(0, await server.Process.WaitForExitAsync(_patience));
    });

    [Fact]
    public async Task Readiness_ThatCountsTheHostAlone_IsThereAtOnce()
    {
        await using var server = await StartAsync(("Rill__ReadyWhen", "Host"));

        using var ready = await server.Client.GetAsync(new Uri("health/ready", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task AFailedLoad_IsToldToThoseWhoWait_AndEndsTheWorker()
    {
        await using var server = await StartAsync(("Rill__Store__Attempts", "1"));
        using var request = Request(stream: true);
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _hub.DropsAfter = 0;
        _gate.SetResult();

        var text = new StringBuilder();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        try
        {
            while (await reader.ReadLineAsync().WaitAsync(_patience) is { } line)
            {
                text.AppendLine(line);
            }
        }
        catch (IOException)
        {
            // The error frame is followed by an abort.
        }

        Assert.Contains("\"code\":\"model_failed\"", text.ToString(), StringComparison.Ordinal);
        Assert.NotNull(await server.Process.WaitForLineAsync(
            line => line.Contains("Rill cannot start: hf://org/tiny@main/model.safetensors cannot be reached", StringComparison.Ordinal), _patience));
    }

    [Fact]
    public async Task AnUnsupportedRemoteModel_EndsTheWorkerWithTheReason()
    {
        var config = Path.Combine(_folder.FullName, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("LlamaForCausalLM", "MambaForCausalLM", StringComparison.Ordinal));
        _gate.SetResult();
        await using var host = new HostProcess(BuiltPrograms.FunctionApp, Settings());

        Assert.NotNull(await host.WaitForLineAsync(
            line => line.Contains("Rill cannot start: ", StringComparison.Ordinal) && line.Contains("MambaForCausalLM", StringComparison.Ordinal), _patience));
    }

    private Task<RillServer> StartAsync(params (string Name, string Value)[] settings) => RillServer.StartAppAsync(BuiltPrograms.FunctionApp, Settings(settings));

    private Dictionary<string, string> Settings(params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Name, setting => setting.Value);
        all["Rill__Model"] = HubServer.Address;
        all["Rill__Store__HubEndpoint"] = _hub.Endpoint.ToString();
        return all;
    }

    private static HttpRequestMessage Request(bool stream, string members = "") => new(HttpMethod.Post, new Uri("v1/chat/completions", UriKind.Relative))
    {
        Content = new StringContent(Body.Replace("STREAM", (stream ? "true" : "false") + members, StringComparison.Ordinal), Encoding.UTF8, "application/json"),
    };
}
