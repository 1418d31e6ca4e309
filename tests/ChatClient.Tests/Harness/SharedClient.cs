namespace Rill.ChatClient.Tests.Harness;

/// <summary>One loaded model for all tests that need no other, with vectors of its last token.</summary>
public sealed class SharedClient : IAsyncLifetime
{
    private RillChatClient? _client;

    /// <summary>The client.</summary>
    public RillChatClient Client => _client ?? throw new InvalidOperationException("The model is not loaded.");

    public async Task InitializeAsync() => _client = await RillChatClient.LoadAsync(Model.Folder, new RillChatClientOptions { Embeddings = "last" });

    public async Task DisposeAsync() => await Client.DisposeAsync();
}

/// <summary>Beside no other tests: some weigh the process, or read the gauges of the one engine that it has.</summary>
[CollectionDefinition(nameof(SharedClient), DisableParallelization = true)]
public sealed class SharedClientTests : ICollectionFixture<SharedClient>;
