using System.Reflection;

namespace Rill.Hosting.Tests;

/// <summary>Where the build has put what the tests start.</summary>
internal static class BuiltPrograms
{
    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Find(nameof(Root));

    /// <summary>LocalHost's assembly.</summary>
    public static string LocalHost { get; } = Find(nameof(LocalHost));

    /// <summary>The folder of Rill itself.</summary>
    public static string FunctionApp { get; } = Find(nameof(FunctionApp));

    /// <summary>How this was built.</summary>
    public static string Configuration { get; } = Find(nameof(Configuration));

    /// <summary>The program of a sample.</summary>
    public static string Sample(string name) => Path.Combine(Root, "samples", name, Output, $"{name}.dll");

    private static string Output { get; } = Find(nameof(Output));

    private static string Find(string key) =>
        typeof(BuiltPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;
}
