using System.Globalization;
using System.Reflection;

namespace Rill.FunctionApp.Hosting;

/// <summary>
/// The settings that differ from their defaults, for the start-up log line. Numbers, switches and enumerations only, and the few texts
/// that are named here: keys, addresses and tokens are texts, and a text that nobody has looked at is never logged.
/// </summary>
internal static class SettingsSummary
{
    private static readonly string[] s_harmlessTexts = ["Dtype", "KvDtype", "Device", "CudaGraphs", "Overlap", "Embeddings", "Page", "Exporter"];

    /// <summary>Such as <c>MaxChoices=4 Engine:MaxSequences=1</c>; <c>defaults</c> when nothing differs.</summary>
    /// <param name="settings">All settings.</param>
    public static string Of(RillSettings settings) =>
        Of(("", settings.Options), ("Engine", settings.Engine), ("Store", settings.Store), ("Telemetry", settings.Telemetry));

    /// <summary>As above, of some sections.</summary>
    /// <param name="sections">Options, each with the section below <c>Rill</c> that it is read from; empty for Rill's own.</param>
    public static string Of(params ReadOnlySpan<(string Section, object Options)> sections)
    {
        var settings = new List<string>();
        foreach (var (section, options) in sections)
        {
            var defaults = Activator.CreateInstance(options.GetType())!;
            var prefix = section.Length == 0 ? "" : section + ":";
            settings.AddRange(options.GetType().GetProperties()
                .Where(property => property.CanWrite && IsHarmless(property) && !Equals(property.GetValue(options), property.GetValue(defaults)))
                .Select(property => string.Create(CultureInfo.InvariantCulture, $"{prefix}{property.Name}={property.GetValue(options)}")));
        }

        return settings.Count == 0 ? "defaults" : string.Join(' ', settings);
    }

    private static bool IsHarmless(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsPrimitive || type.IsEnum || (type == typeof(string) && s_harmlessTexts.Contains(property.Name));
    }
}
