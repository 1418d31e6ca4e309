using Rill.FunctionApp.Http;
using Rill.FunctionApp.Loading;
using Rill.ModelStore;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Tests.Http;

public sealed class ModelGateTests
{
    [Fact]
    public async Task Hold_WhileALoadIsStoppedThatCannotBeEnded_SaysSoAtOnce()
    {
        using var library = new ManualResetEventSlim();
        using var metrics = new RillMetrics();
        var settings = new RillSettings(new RillOptions(), new EngineOptions(), new ModelStoreOptions(), new TelemetryOptions());
        await using var load = ModelLoad.Begin(settings, metrics.Start, new ModelLoader(_ => library.Wait(), (_, _, _) => throw new NotSupportedException()));
        var gate = new ModelGate(load, () => throw new NotSupportedException(), () => throw new NotSupportedException(), settings, metrics, TimeProvider.System);
        var held = gate.HoldAsync(1, CancellationToken.None);
        Assert.Equal("model_loading", gate.Obstacle!.Code);

        var stopping = load.StopAsync();
        var told = await held.WaitAsync(TimeSpan.FromSeconds(8));

        Assert.Equal((503, "shutting_down"), (told!.Status, told.Code));
        Assert.NotNull(told.RetryAfterSeconds);
        Assert.Equal("shutting_down", gate.Obstacle!.Code);
        Assert.False(stopping.IsCompleted);
        library.Set();
        await stopping;
        Assert.True(load.Completion.IsCanceled);
    }
}
