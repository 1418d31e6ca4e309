using System.Reflection;

// The namespace of the files that this project takes over from FunctionApp.Tests, which name this class.
namespace Rill.FunctionApp.Tests.Host;

/// <summary>Where the build has put the programs that the tests start.</summary>
internal static class BuiltPrograms
{
    /// <summary>LocalHost's assembly.</summary>
    public static string LocalHost { get; } = Find(nameof(LocalHost));

    /// <summary>The folder of Rill itself.</summary>
    public static string FunctionApp { get; } = Find(nameof(FunctionApp));

    /// <summary>The folder of Rill with the scripted model.</summary>
    public static string ScriptedApp { get; } = Find(nameof(ScriptedApp));

    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Find(nameof(Root));

    private static string Find(string key) =>
        Path.GetFullPath(typeof(BuiltPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!);
}
