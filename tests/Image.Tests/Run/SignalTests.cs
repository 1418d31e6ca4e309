using System.Net;
using Rill.Image.Tests.Support;

namespace Rill.Image.Tests.Run;

/// <summary>
/// SIGTERM to the first process of a container, whose host is silent to the worker as the real one is. The worker has the scripted model,
/// whose answers take as long as a test wants.
/// </summary>
[Collection(ImageBuilds.Name)]
public sealed class SignalTests(ImageFixture image)
{
    private const string Endless = "!endless\n!delay ms=20";
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(120);

    [SkippableFact]
    public async Task Terminate_UnderTheImagesInit_DrainsTheWorkerAndEndsWithZero()
    {
        await image.RequireImageAsync();
        await using var container = await StartAsync(image.Settings.EntryPoint, drainSeconds: 8);
        using var finite = await ChatStream.OpenAsync(container.Client, "!count to=10\n!delay ms=20");
        using var endless = await ChatStream.OpenAsync(container.Client, Endless);
        await finite.NextAsync();
        await endless.NextAsync();

        container.Terminate();
        var finished = await finite.RestAsync();
        var cut = await endless.RestAsync();

        Assert.Equal("[DONE]", finished[^1]);
        Assert.DoesNotContain("[DONE]", cut);
        Assert.Contains("\"code\":\"shutting_down\"", cut[^1], StringComparison.Ordinal);
        Assert.Equal(0, await container.WaitForExitAsync(_grace));
        Assert.Contains("No certificates to install.", container.Output, StringComparison.Ordinal);
    }

    /// <summary>Shows that the host of these tests is silent, and so that it was tini who told the worker above.</summary>
    [SkippableFact]
    public async Task Terminate_WithoutTheGroup_DoesNotReachTheWorker()
    {
        await image.RequireImageAsync();
        var alone = image.Settings.EntryPoint.Where(word => word != "-g").ToList();
        Assert.Equal(image.Settings.EntryPoint.Count - 1, alone.Count);
        await using var container = await StartAsync(alone, drainSeconds: 4);
        using var endless = await ChatStream.OpenAsync(container.Client, Endless);
        await endless.NextAsync();

        container.Terminate();
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        using var ready = await container.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.DoesNotContain("Draining", container.Output, StringComparison.Ordinal);
    }

    /// <summary>Why the image has a start script of its own: the base image's shell dies of the signal, and all with it.</summary>
    [SkippableFact]
    public async Task Terminate_UnderTheBaseImagesScript_CutsEverything()
    {
        await image.RequireImageAsync();
        var script = image.Settings.EntryPoint.Select(word => word.Replace("start_rill.sh", "start_nonappservice.sh", StringComparison.Ordinal)).ToList();
        Assert.NotEqual(image.Settings.EntryPoint, script);
        await using var container = await StartAsync(script, drainSeconds: 4);
        using var endless = await ChatStream.OpenAsync(container.Client, Endless);
        await endless.NextAsync();

        container.Terminate();
        var cut = await endless.RestAsync();

        Assert.DoesNotContain(cut, data => data.Contains("shutting_down", StringComparison.Ordinal));
        Assert.Equal(143, await container.WaitForExitAsync(_grace));
    }

    private async Task<Container> StartAsync(IReadOnlyList<string> entryPoint, int drainSeconds)
    {
        var container = await image.StartAsync(new()
        {
            EntryPoint = entryPoint,
            IsScripted = true,
            Environment = new Dictionary<string, string>
            {
                ["Rill__DrainSeconds"] = drainSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"] = "20",
            },
        });
        await container.WaitUntilReadyAsync();
        return container;
    }
}
