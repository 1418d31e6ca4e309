using System.Text.Json;

namespace Rill.Image.Tests.Support;

/// <summary>What an image says of how it is started.</summary>
internal sealed record ImageSettings(string User, int Port, IReadOnlyList<string> EntryPoint, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Reads the configuration of an image, as the Open Container Initiative describes it.</summary>
    public static ImageSettings Read(JsonElement config) => new(
        config.GetProperty(nameof(User)).GetString()!,
        int.Parse(config.GetProperty("ExposedPorts").EnumerateObject().Single().Name.Split('/')[0], System.Globalization.CultureInfo.InvariantCulture),
        [.. config.GetProperty("Entrypoint").EnumerateArray().Select(word => word.GetString()!)],
        config.GetProperty("Env").EnumerateArray().Select(entry => entry.GetString()!.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
}
