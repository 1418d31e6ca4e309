using System.Reflection;

namespace Rill.Infra.Tests.Support;

/// <summary>The files of the checkout that these tests read.</summary>
internal static class Repository
{
    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = Metadata(nameof(Root));

    /// <summary>A path inside the checkout, from its parts.</summary>
    public static string Find(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The text of a file of the checkout.</summary>
    public static string Read(params string[] parts) => File.ReadAllText(Find(parts));

    /// <summary>What the build wrote into this assembly under <paramref name="key"/>.</summary>
    public static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;
}
