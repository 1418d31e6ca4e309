using System.Globalization;

namespace Rill.LocalHost;

/// <summary>What host.json, local.settings.json, worker.config.json and the environment say together.</summary>
internal sealed record HostSettings
{
    private const int DefaultPort = 7071;

    /// <summary>The folder of the app, absolute.</summary>
    public required string ScriptRoot { get; init; }

    /// <summary>The port to listen on; 0 for any free one.</summary>
    public required int Port { get; init; }

    /// <summary>What every route begins with, without slashes; empty for none.</summary>
    public required string RoutePrefix { get; init; }

    /// <summary>How long a function may run; infinite if host.json says -1.</summary>
    public required TimeSpan FunctionTimeout { get; init; }

    /// <summary>How long running requests may go on after SIGTERM.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary>Whether the worker is given the host's SIGTERM.</summary>
    public required bool PassesSignals { get; init; }

    /// <summary>The origins that browsers may call from; empty for no CORS at all.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>Whether browsers may send credentials.</summary>
    public required bool CorsCredentials { get; init; }

    /// <summary>The program that runs the worker, and the file it is given.</summary>
    public required (string Executable, string Path) Worker { get; init; }

    /// <summary>App settings that the environment does not already have.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>The section "logging" of host.json.</summary>
    public required IConfigurationSection Logging { get; init; }

    /// <summary>Reads the files of an app. Throws <see cref="SettingsException"/>, naming the file, for one that is missing or broken.</summary>
    public static HostSettings Read(CommandLine line)
    {
        var root = Path.GetFullPath(line.ScriptRoot);
        var host = ReadJson(
            root, "host.json", "run this where the app was built to, or give --script-root", environmentPrefix: "AzureFunctionsJobHost__");
        var worker = ReadJson(root, "worker.config.json", "build the app first").GetSection("description");
        var local = ReadJson(root, "local.settings.json", whyNeeded: null);
        if (local.GetValue<bool>("IsEncrypted"))
        {
            throw new SettingsException("local.settings.json is encrypted; run `func settings decrypt`.");
        }

        return new HostSettings
        {
            ScriptRoot = root,
            Port = line.Port ?? local.GetValue<int?>("Host:LocalHttpPort") ?? DefaultPort,
            RoutePrefix = (host["extensions:http:routePrefix"] ?? "api").Trim('/'),
            FunctionTimeout = ReadFunctionTimeout(host["functionTimeout"]),
            ShutdownTimeout = TimeSpan.FromSeconds(ReadShutdownSeconds()),
            PassesSignals = line.PassesSignals,
            CorsOrigins = (local["Host:CORS"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            CorsCredentials = local.GetValue<bool>("Host:CORSCredentials"),
            Worker = (ResolveWorkerRoot(worker["defaultExecutablePath"] ?? "dotnet", root), Path.Combine(root, worker["defaultWorkerPath"] ?? "")),
            Values = local.GetSection("Values").AsEnumerable(makePathsRelative: true)
                .Where(pair => pair.Value is not null && Environment.GetEnvironmentVariable(pair.Key) is null)
                .ToDictionary(pair => pair.Key, pair => pair.Value!),
            Logging = host.GetSection("logging"),
        };
    }

    private static IConfigurationRoot ReadJson(string root, string name, string? whyNeeded, string? environmentPrefix = null)
    {
        if (whyNeeded is not null && !File.Exists(Path.Combine(root, name)))
        {
            throw new SettingsException($"{root} holds no {name}: {whyNeeded}.");
        }

        var builder = new ConfigurationBuilder().SetBasePath(root).AddJsonFile(name, optional: whyNeeded is null);
        if (environmentPrefix is not null)
        {
            builder.AddEnvironmentVariables(environmentPrefix);
        }

        try
        {
            return builder.Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            throw new SettingsException($"{name} is not valid JSON: {exception.GetBaseException().Message}");
        }
    }

    // The official Sdk writes this token, which stands for the app's folder with a slash behind it.
    private static string ResolveWorkerRoot(string path, string root) =>
        path.Replace("{WorkerRoot}", root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static TimeSpan ReadFunctionTimeout(string? text) => text switch
    {
        null => TimeSpan.FromMinutes(30),
        "-1" or "-1.00:00:00" => Timeout.InfiniteTimeSpan,
        _ => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw new SettingsException($"functionTimeout of host.json is {text}: write a time span such as 00:30:00, or -1."),
    };

    // The real host's own variable for the same thing, and its default.
    private static double ReadShutdownSeconds() =>
        double.TryParse(Environment.GetEnvironmentVariable("ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"), CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : 30;
}
