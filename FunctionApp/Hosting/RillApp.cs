using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Loading;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>The whole life of the app.</summary>
internal static class RillApp
{
    /// <summary>Reads the settings, begins to load the model, and serves until the host or a signal ends it; the process's exit code.</summary>
    /// <param name="args">What the host gives the worker.</param>
    /// <param name="loader">Where the model comes from.</param>
    public static Task<int> RunAsync(string[] args, IModelLoader loader) => StartFailure.GuardAsync(async stop =>
    {
        var timeline = new StartTimeline();
        timeline.Mark(StartPhase.Process);
        Surroundings.Check();
        var settings = RillSettings.Read();
        await using var load = ModelLoad.Begin(settings, timeline, loader);    // goes on beside all that follows

        var builder = FunctionsApplication.CreateBuilder(args);
        HostWatch.Begin(builder.Configuration);
        builder.UseMiddleware(EarlyLeave.PassAsync);
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<RequestGate>();
        builder.AddRill(settings, load);
        var app = builder.Build();
        await load.Inspected.WaitAsync(stop);
        await app.RunAsync(stop);
        load.ThrowIfFailed();
    });
}
