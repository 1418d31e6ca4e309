using System.Globalization;
using Rill.Bench.Measure;

namespace Rill.Bench.Servers;

/// <summary>Starts the servers that are measured, from the Release outputs of this checkout.</summary>
internal static class ServerFactory
{
    /// <summary>Tokens that every stream of the scripted model and of its peer gets in a second.</summary>
    public const int TokensPerSecond = 50;

    private const string Output = "bin/Release/net10.0";

    /// <summary>The checkout's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>bench/RESULTS.md of this checkout.</summary>
    public static string ResultsPath => Path.Combine(Root, "bench", "RESULTS.md");

    /// <summary>Rill as <c>./run</c> starts it: LocalHost and, as its child, the worker, with the model of the settings.</summary>
    public static ServerProcess StartRill(IReadOnlyDictionary<string, string>? settings = null) => StartApp("FunctionApp", settings);

    /// <summary>Rill with the scripted model: the serving layer alone.</summary>
    public static ServerProcess StartScripted() => StartApp("tests/ScriptedApp", new Dictionary<string, string>
    {
        ["Scripted__StepMilliseconds"] = Text(1_000 / TokensPerSecond),
    });

    /// <summary>The bare Kestrel app.</summary>
    public static ServerProcess StartPeer() => new(
        typeof(ServerFactory).Assembly.Location,
        port => ["peer", Text(port), Text(1_000 / TokensPerSecond)]);

    /// <summary>A bare YARP before <paramref name="target"/>.</summary>
    public static ServerProcess StartProxy(ServerProcess target) => new(
        typeof(ServerFactory).Assembly.Location,
        port => ["proxy", Text(port), Text(target.Address.Port)]);

    /// <summary>The worker that a ready LocalHost has started.</summary>
    public static int WorkerOf(ServerProcess host) => ProcessUsage.Children(host.Id).Single();

    private static ServerProcess StartApp(string app, IReadOnlyDictionary<string, string>? settings) => new(
        Path.Combine(Root, "tools/LocalHost", Output, "Rill.LocalHost.dll"),
        port => ["--port", Text(port), "--script-root", Path.Combine(Root, app, Output)],
        settings);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Functions.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The benchmark runs only inside a checkout, beside Functions.sln.");
        }

        return folder.FullName;
    }
}
