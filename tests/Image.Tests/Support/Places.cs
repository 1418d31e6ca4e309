using System.Reflection;

namespace Rill.Image.Tests.Support;

/// <summary>Where the build has left what the tests use.</summary>
internal static class Places
{
    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Find(nameof(Root));

    /// <summary>The folder of the built LocalHost.</summary>
    public static string LocalHost { get; } = Find(nameof(LocalHost));

    /// <summary>The folder of Rill with the scripted model.</summary>
    public static string ScriptedApp { get; } = Find(nameof(ScriptedApp));

    /// <summary>NuGet's folder of packages, which the build of the solution has filled.</summary>
    public static string NuGetPackages { get; } = Find(nameof(NuGetPackages));

    /// <summary>The folder of the .NET that runs.</summary>
    public static string DotNet { get; } = Find(nameof(DotNet));

    private static string Find(string key) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(
        typeof(Places).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!));
}
