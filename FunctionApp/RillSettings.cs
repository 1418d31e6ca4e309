using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Rill.ModelStore;
using Rill.Serving;

namespace Rill.FunctionApp;

/// <summary>All settings, read and checked before anything is built, so that the model's load can begin in the first line.</summary>
internal sealed record RillSettings(RillOptions Options, EngineOptions Engine, ModelStoreOptions Store, TelemetryOptions Telemetry)
{
    /// <summary>The adapters.</summary>
    public AdapterOptions Adapters { get; init; } = new();

    /// <summary>Reads appsettings.json and the environment, as the app's builder does after it.</summary>
    /// <exception cref="StartFailureException">A setting is wrong, or not known.</exception>
    public static RillSettings Read()
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Environment.CurrentDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        Check(configuration);
        return new RillSettings(
            Read(configuration, RillOptions.Section, new RillOptionsValidator()),
            Read(configuration, RillOptions.EngineSection, new EngineOptionsValidator()),
            Read(configuration, RillOptions.StoreSection, new ModelStoreOptionsValidator()),
            Read(configuration, TelemetryOptions.Section, new TelemetryOptionsValidator()))
        {
            Adapters = AdapterOptions.Read(configuration.GetSection(AdapterOptions.Section)),
        };
    }

    /// <summary>Refuses a name in the section <c>Rill</c> that no options class has, and one of a key that missed the section.</summary>
    /// <exception cref="StartFailureException">A name is not known.</exception>
    internal static void Check(IConfiguration configuration)
    {
        SettingNames.CheckBeside(configuration, RillOptions.Section, nameof(RillOptions.ApiKeys));
        SettingNames.Check(
            configuration.GetSection(RillOptions.Section),
            [AdapterOptions.Section],
            (RillOptions.Section, typeof(RillOptions)),
            (RillOptions.EngineSection, typeof(EngineOptions)),
            (RillOptions.StoreSection, typeof(ModelStoreOptions)),
            (TelemetryOptions.Section, typeof(TelemetryOptions)));
    }

    private static T Read<T>(IConfiguration configuration, string section, IValidateOptions<T> validator)
        where T : class, new()
    {
        T options;
        try
        {
            options = configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException wrongType)
        {
            throw new StartFailureException(wrongType.Message, wrongType);
        }

        var result = validator.Validate(section, options);
        return result.Failed ? throw new StartFailureException(string.Join(" ", result.Failures)) : options;
    }
}
