using Microsoft.Playwright;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>
/// The pictures of README.md and docs/page.md: of this build, with the default model. <c>scripts/screenshots.sh</c> names the folder where they
/// are kept; otherwise they are looked at here and dropped.
/// </summary>
[Collection(nameof(World))]
public sealed class ScreenshotTests(World world)
{
    private const int LeastBytes = 10_000; // an empty window has less
    private const int MostKeptBytes = 150_000; // what the repository takes; sizes hang on what the model says and on this machine's fonts
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("RILL_SCREENSHOTS");

    [SkippableFact]
    public async Task Desktop_WithTheEngine_IsDrawn()
    {
        await using var visit = await OpenAsync(ColorScheme.Light, 1240, 660);
        await visit.Of("panel-toggle").ClickAsync();
        await AskAsync(visit, "Tell me a short story about a lighthouse.");
        await AskAsync(visit, "What is streaming?");
        await Expect(visit.Of("panel-running")).ToHaveTextAsync("0"); // the line has what the answers were

        await TakeAsync(visit, "page.png");
    }

    [SkippableFact]
    public async Task TwoPanes_InTheDark_AreDrawn()
    {
        await using var visit = await OpenAsync(ColorScheme.Dark, 1210, 560);
        await visit.Of("compare").ClickAsync();
        await visit.Of("param-temperature").FillAsync("1.2");
        await visit.Of("side-close").ClickAsync();
        await AskAsync(visit, "Tell me a short story about a lighthouse.", panes: 2);

        await TakeAsync(visit, "page-compare.png");
    }

    [SkippableFact]
    public async Task Phone_WithProbabilities_IsDrawn()
    {
        await using var visit = await OpenAsync(ColorScheme.Dark, 390, 760);
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-logprobs").CheckAsync();
        await visit.Of("side-close").ClickAsync();
        await AskAsync(visit, "Tell me a story about a river.");

        await TakeAsync(visit, "page-phone.png");
    }

    private async Task<Visit> OpenAsync(ColorScheme scheme, int width, int height)
    {
        var visit = await world.VisitAsync(
            await world.RealAsync(), options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce });
        if (s_folder is null)
        {
            await visit.Of("settings").ClickAsync();
            await visit.Of("param-max_tokens").FillAsync("24"); // a picture that is dropped needs no whole stories
            await visit.Of("side-close").ClickAsync();
        }

        return visit;
    }

    private static async Task AskAsync(Visit visit, string question, int panes = 1)
    {
        var before = await visit.Of("regenerate").CountAsync();
        await visit.SendAsync(question);
        await Expect(visit.Of("regenerate")).ToHaveCountAsync(before + panes, new() { Timeout = 180_000 });
    }

    private static async Task TakeAsync(Visit visit, string name)
    {
        await visit.Page.Mouse.MoveAsync(0, 0);
        var picture = await visit.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

        Assert.True(picture.Length >= LeastBytes, $"{name} has {picture.Length} bytes: nothing is drawn.");
        visit.AssertClean();
        if (s_folder is not null)
        {
            Assert.True(picture.Length <= MostKeptBytes, $"{name} has {picture.Length} bytes, more than {MostKeptBytes}.");
            await File.WriteAllBytesAsync(Path.Combine(s_folder, name), picture);
        }
    }
}
