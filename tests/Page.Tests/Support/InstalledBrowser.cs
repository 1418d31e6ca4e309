namespace Rill.Page.Tests.Support;

/// <summary>The browser of this machine: one that a variable names, else Chromium, else Chrome. None is downloaded.</summary>
internal static class InstalledBrowser
{
    /// <summary>The variable that names another one.</summary>
    public const string Variable = "RILL_TEST_BROWSER";

    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Its program; null where there is none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(_ => s_names, (folder, name) => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    /// <summary>What it is started with beside its window: nothing of it may speak to the world, and no sandbox of its own where root starts it.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
    [
        "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(),
    ];

    /// <summary>Skips the test where there is no browser; in continuous integration, fails it.</summary>
    public static void Require()
    {
        const string reason = $"There is no Chromium or Chrome on the PATH, and {Variable} names none.";
        Skip.If(Program is null && Environment.GetEnvironmentVariable("CI") != "true", reason);
        Assert.True(Program is not null, reason);
    }
}
