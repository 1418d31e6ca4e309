using System.Globalization;

namespace Rill.LocalHost;

/// <summary>What the command line says.</summary>
/// <param name="Port">The port to listen on, 0 for any free one; null leaves it to local.settings.json.</param>
/// <param name="ScriptRoot">The folder of the built app, with its host.json.</param>
/// <param name="PassesSignals">Whether SIGTERM is passed on to the worker, which the real host does not do.</param>
internal sealed record CommandLine(int? Port, string ScriptRoot, bool PassesSignals)
{
    public const string Usage = "Usage: Rill.LocalHost [--port N] [--script-root DIR] [--signals pass|keep]";

    /// <summary>Throws <see cref="SettingsException"/> for what it does not understand.</summary>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine(null, ".", PassesSignals: true);
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count
                ? args[i + 1]
                : throw new SettingsException($"{args[i]} is unknown or lacks its value. {Usage}");
            line = args[i] switch
            {
                "--port" => line with { Port = ParsePort(value) },
                "--script-root" => line with { ScriptRoot = value },
                "--signals" when value is "pass" or "keep" => line with { PassesSignals = value == "pass" },
                "--signals" => throw new SettingsException($"--signals {value} is unknown: pass gives SIGTERM to the worker, keep does not."),
                _ => throw new SettingsException($"{args[i]} is unknown. {Usage}"),
            };
        }

        return line;
    }

    private static int ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : throw new SettingsException($"--port {text} is not a port: give a number from 0 to 65535.");
}
