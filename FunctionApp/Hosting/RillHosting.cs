using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.Chat;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Telemetry;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>Puts the app together: settings, model, engine, chat, and what HTTP needs of them.</summary>
internal static class RillHosting
{
    /// <summary>
    /// Adds Rill to a Functions app. The model is loaded here, before the host is told of any function, so that a wrong setting or
    /// model ends the start with one sentence.
    /// </summary>
    /// <param name="builder">The app's builder.</param>
    /// <param name="loadRunner">Loads a model into memory.</param>
    /// <exception cref="StartFailureException">A setting is missing or wrong.</exception>
    public static void AddRill(this IHostApplicationBuilder builder, Func<ModelFiles, RillOptions, EngineOptions, LoadedRunner> loadRunner)
    {
        var options = ReadOptions<RillOptions>(builder.Configuration, RillOptions.Section, new RillOptionsValidator());
        var engineOptions = ReadOptions<EngineOptions>(builder.Configuration, RillOptions.EngineSection, new EngineOptionsValidator());
        var keys = new ApiKeys(options.ApiKeys);
        RequireKeys(keys, options, builder.Environment);
        var telemetry = ReadOptions<TelemetryOptions>(builder.Configuration, TelemetryOptions.Section, new TelemetryOptionsValidator());
        var exporters = ExporterChoice.Of(telemetry.Exporter, Environment.GetEnvironmentVariable);
        if (exporters != Exporters.None)
        {
            TelemetryExport.Add(builder, exporters, Startup.Version);
        }

        var model = ModelLoading.Load(options, engineOptions, builder.Environment, loadRunner);
        var services = builder.Services;
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(keys);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RillMetrics>();
        services.AddSingleton(provider => new PrometheusExporter(provider.GetRequiredService<RillMetrics>(), model.Chat.Id));
        services.AddSingleton(provider => new InferenceEngine(
            model.Runner,
            engineOptions,
            provider.GetRequiredService<ILogger<InferenceEngine>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RillMetrics>()));
        services.AddSingleton(model.Chat);
        services.AddSingleton(new StartupFacts(
            options.IsScripted ? "no device" : options.Device,
            model.Precision,
            exporters == Exporters.None ? "nowhere" : $"{exporters}",
            SettingsSummary.Of(("", options), ("Engine", engineOptions), ("Telemetry", telemetry))));
        services.AddSingleton(new ChatRequestLimits([model.Chat.Id], model.Runner.Limits.VocabularySize, options.MaxChoices));
        services.AddSingleton(new ContentTracing(telemetry.CaptureContent));
        services.AddSingleton<ChatService>();
        services.AddSingleton<ChatResponder>();
        services.AddHostedService<Drain>();
        services.AddHostedService<Startup>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.ShutdownTimeout(options));
    }

    private static T ReadOptions<T>(IConfiguration configuration, string section, IValidateOptions<T> validator)
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

    /// <summary>Without keys the endpoint is open in Development only (docs/adr/0010).</summary>
    private static void RequireKeys(ApiKeys keys, RillOptions options, IHostEnvironment environment)
    {
        if (keys.IsOpen && !options.AllowAnonymous && !environment.IsDevelopment())
        {
            throw new StartFailureException(
                "no API key is configured; set Rill__ApiKeys__0, or Rill__AllowAnonymous=true if everyone may use this endpoint.");
        }
    }
}
