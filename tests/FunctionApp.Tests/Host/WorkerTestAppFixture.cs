namespace Rill.FunctionApp.Tests.Host;

/// <summary>One server with the small test app, for the tests that do not harm it.</summary>
public sealed class WorkerTestAppFixture : IAsyncLifetime
{
    internal RillServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RillServer.StartAppAsync(BuiltPrograms.WorkerTestApp);

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}

[CollectionDefinition(nameof(WorkerTestAppFixture))]
public sealed class WorkerTestAppTests : ICollectionFixture<WorkerTestAppFixture>;
