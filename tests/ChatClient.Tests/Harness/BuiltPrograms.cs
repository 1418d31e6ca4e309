using System.Reflection;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>Where the build has put the programs that the tests start, and the checkout.</summary>
internal static class BuiltPrograms
{
    /// <summary>LocalHost's assembly.</summary>
    public static string LocalHost { get; } = Find(nameof(LocalHost));

    /// <summary>The folder of Rill itself.</summary>
    public static string FunctionApp { get; } = Find(nameof(FunctionApp));

    /// <summary>The folder of Rill with the scripted model, which no test here starts.</summary>
    public static string ScriptedApp => throw new NotSupportedException();

    /// <summary>The folder of samples/InProcess.</summary>
    public static string Sample { get; } = Find(nameof(Sample));

    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Find(nameof(Root));

    private static string Find(string key) =>
        Path.GetFullPath(typeof(BuiltPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!);
}
