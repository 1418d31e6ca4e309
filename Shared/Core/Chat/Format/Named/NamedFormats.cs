namespace Rill.Chat.Format.Named;

/// <summary>Formats by name, for models whose own files do not tell theirs.</summary>
public static class NamedFormats
{
    private static readonly Dictionary<string, MessageFormat> s_formats = All().ToDictionary(format => format.Source);

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_formats.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The format of this name, or null.</summary>
    public static MessageFormat? Find(string name) => s_formats.GetValueOrDefault(name);

    private static IEnumerable<MessageFormat> All() => [.. ObjectFormats.All, .. NamedCallFormats.All, .. TaggedFormats.All, .. PythonFormats.All, Harmony.Format];
}
