using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Rill.ChatClient;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a model in this process to an application's services.</summary>
public static class RillChatClientServices
{
    /// <summary>
    /// Adds a model as the application's <see cref="IChatClient"/>, and as <see cref="RillChatClient"/>. It begins to load when it is first
    /// asked for; requests wait until it is loaded.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="model">A model directory, a GGUF file or an address: see <see cref="RillChatClient.LoadAsync"/>.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>A builder to wrap the client with: <c>.UseFunctionInvocation()</c>, <c>.UseOpenTelemetry()</c> and so on.</returns>
    public static ChatClientBuilder AddRillChatClient(this IServiceCollection services, string model, Action<RillChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        services.AddSingleton(provider => Begin(provider, model, configure));
        return services.AddChatClient(provider => provider.GetRequiredService<RillChatClient>());
    }

    /// <summary>The same under a key, for applications with more than one model.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="serviceKey">The key of both services.</param>
    /// <param name="model">A model directory, a GGUF file or an address: see <see cref="RillChatClient.LoadAsync"/>.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>A builder to wrap the client with.</returns>
    public static ChatClientBuilder AddKeyedRillChatClient(
        this IServiceCollection services, object serviceKey, string model, Action<RillChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        services.AddKeyedSingleton(serviceKey, (provider, _) => Begin(provider, model, configure));
        return services.AddKeyedChatClient(serviceKey, provider => provider.GetRequiredKeyedService<RillChatClient>(serviceKey));
    }

    private static RillChatClient Begin(IServiceProvider provider, string model, Action<RillChatClientOptions>? configure)
    {
        var options = new RillChatClientOptions { LoggerFactory = provider.GetService<ILoggerFactory>() };
        configure?.Invoke(options);
        return RillChatClient.Begin(model, options);
    }
}
