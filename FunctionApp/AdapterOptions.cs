using Microsoft.Extensions.Configuration;
using Rill.OpenAI;

namespace Rill.FunctionApp;

/// <summary>
/// The section <c>Rill:Adapters</c>: under each name the place of an adapter (<c>Rill__Adapters__NAME</c>), and beside them whether others may be
/// loaded while the app runs.
/// </summary>
internal sealed record AdapterOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Rill:Adapters";

    private const string LoadingName = "AllowLoading";

    /// <summary>The adapters to load at the start, by name: directories or addresses.</summary>
    public IReadOnlyDictionary<string, string> Places { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether requests may load and unload adapters.</summary>
    public bool AllowLoading { get; init; }

    /// <summary>The folder below which a request may name directories; null for any directory and any address.</summary>
    public string? LoadingFolder { get; init; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="StartFailureException">A name cannot be a model's, a place is empty, or the folder does not exist.</exception>
    public static AdapterOptions Read(IConfigurationSection section)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in section.GetChildren().Where(entry => !IsLoading(entry.Key)))
        {
            if (!AdapterRequestReader.IsName(entry.Key) || string.IsNullOrWhiteSpace(entry.Value))
            {
                throw new StartFailureException($"the setting Rill__Adapters__{entry.Key} must be the directory or the address of an adapter.");
            }

            places.Add(entry.Key, entry.Value);
        }

        var (allowed, folder) = ReadLoading(section.GetChildren().FirstOrDefault(entry => IsLoading(entry.Key))?.Value);
        return new AdapterOptions { Places = places, AllowLoading = allowed, LoadingFolder = folder };
    }

    private static bool IsLoading(string key) => string.Equals(key, LoadingName, StringComparison.OrdinalIgnoreCase);

    private static (bool Allowed, string? Folder) ReadLoading(string? value) =>
        string.IsNullOrWhiteSpace(value) ? (false, null)
        : bool.TryParse(value, out var allowed) ? (allowed, null)
        : Directory.Exists(value) ? (true, Path.GetFullPath(value))
        : throw new StartFailureException($"the setting Rill__Adapters__{LoadingName} must be true, false or a folder, but '{value}' is no folder.");
}
