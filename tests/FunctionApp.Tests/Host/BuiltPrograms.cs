using System.Reflection;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Where the build has put the programs that the tests start.</summary>
internal static class BuiltPrograms
{
    /// <summary>LocalHost's assembly.</summary>
    public static string LocalHost { get; } = Find(nameof(LocalHost));

    /// <summary>The folder of the small app that shows what worker and host do.</summary>
    public static string WorkerTestApp { get; } = Find(nameof(WorkerTestApp));

    /// <summary>The folder of Rill itself.</summary>
    public static string FunctionApp { get; } = Find(nameof(FunctionApp));

    /// <summary>The folder of Rill with the scripted model.</summary>
    public static string ScriptedApp { get; } = Find(nameof(ScriptedApp));

    /// <summary>The program that runs Anthropic's client.</summary>
    public static string AnthropicClient { get; } = Find(nameof(AnthropicClient));

    /// <summary>The command line.</summary>
    public static string Rill { get; } = Find(nameof(Rill));

    /// <summary>The program that runs Azure's client.</summary>
    public static string AzureClient { get; } = Find(nameof(AzureClient));

    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Path.GetDirectoryName(Find(nameof(RunScript)))!;

    /// <summary>The script that a newcomer starts.</summary>
    public static string RunScript { get; } = Find(nameof(RunScript));

    /// <summary>The folder of the scripts that drive the npm client; in the source, since npm installs beside its package.json.</summary>
    public static string NodeScripts { get; } = Find(nameof(NodeScripts));

    /// <summary>The program of a sample.</summary>
    public static string Sample(string name) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Find(nameof(Sample)), name);

    /// <summary>The program that runs Microsoft.Extensions.AI over OpenAI's client.</summary>
    public static string AgentClients { get; } = Find(nameof(AgentClients));

    /// <summary>The folder of the scripts that drive frameworks of the npm world.</summary>
    public static string FrameworkScripts { get; } = Find(nameof(FrameworkScripts));

    private static string Find(string key) =>
        Path.GetFullPath(typeof(BuiltPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!);
}
