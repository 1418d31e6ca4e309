using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;
using Rill.ModelStore.Tests.Harness;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What requests see that end, or are answered, before the model is there (contract H.6).</summary>
public sealed class StillLoadingTests(StillLoadingTests.LoadingServer profile) : IClassFixture<StillLoadingTests.LoadingServer>
{
    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("X-Request-Timeout")]
    [InlineData("X-Stainless-Timeout")]
    public async Task Deadline_WhileTheModelLoads_Is504OrAnErrorFrame(string ofTheWhole)
    {
        var whole = await _server.PostAsync(ChatJson.Of("Hi", "\"max_tokens\":3"), (ofTheWhole, "1"));
        var stream = await _server.StreamAsync(ChatJson.Streaming("Hi", "\"max_tokens\":3"), ("X-Request-Timeout", "3"));    // by when its headers are out

        whole.AssertError(504, "deadline_exceeded", null);
        Assert.False(stream.EndedCleanly);
        Assert.Equal("deadline_exceeded", stream.Error.GetProperty("code").GetString());
        Assert.DoesNotContain("failed", _server.Process.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatNeedsNoModel_WhileTheModelLoads_IsAnsweredAtOnce()
    {
        var list = await _server.GetAsync("v1/models");
        var one = await _server.GetAsync("v1/models/tiny");
        var unknown = await _server.GetAsync("v1/nothing");
        var described = await _server.GetAsync("openapi.json");

        Assert.Equal([200, 200, 200], [list.Status, one.Status, described.Status]);
        Assert.Contains("\"id\":\"tiny\"", list.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("max_model_len", one.Body, StringComparison.Ordinal);
        unknown.AssertError(404, "unknown_url", null);
    }

    /// <summary>A server whose model never comes.</summary>
    public sealed class LoadingServer : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-loading-");
        private readonly TaskCompletionSource _gate = new();
        private HubServer? _hub;
        private RillServer? _server;

        internal RillServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

        public async Task InitializeAsync()
        {
            TinyModel.Write(_folder.FullName);
            _hub = await HubServer.Over(_folder.FullName).RunAsync();
            _hub.Gate = _gate.Task;
            _server = await RillServer.StartAppAsync(BuiltPrograms.FunctionApp, new()
            {
                ["Rill__Model"] = HubServer.Address,
                ["Rill__Store__HubEndpoint"] = _hub.Endpoint.ToString(),
            });
        }

        public async Task DisposeAsync()
        {
            _gate.TrySetResult();
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }

            if (_hub is not null)
            {
                await _hub.DisposeAsync();
            }

            _folder.Delete(recursive: true);
        }
    }
}
