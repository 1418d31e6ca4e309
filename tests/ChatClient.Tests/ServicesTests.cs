using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rill.ChatClient.Tests.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.ChatClient.Tests;

/// <summary>The model among an application's services.</summary>
[Collection(nameof(SharedClient))]
public sealed class ServicesTests
{
    [Fact]
    public async Task Services_ShareOneModel_InsideWhatIsBuiltAroundIt()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRillChatClient(Model.Folder, options => options.Embeddings = "mean").UseFunctionInvocation();
        services.AddEmbeddingGenerator(provider => provider.GetRequiredService<RillChatClient>());
        await using var provider = services.BuildServiceProvider();

        var chat = provider.GetRequiredService<IChatClient>();
        var response = await chat.GetResponseAsync(Model.Question, Model.Greedy);
        var vector = await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync("a");

        Assert.NotNull(chat.GetService<FunctionInvokingChatClient>());
        Assert.Same(provider.GetRequiredService<RillChatClient>(), chat.GetService<RillChatClient>());
        Assert.Contains("Azure Function", response.Text, StringComparison.Ordinal);
        Assert.Equal(256, vector.Vector.Length);
        await provider.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => chat.GetResponseAsync(Model.Question));
    }

    [Fact]
    public async Task KeyedServices_AreModelsOfTheirOwn()
    {
        var services = new ServiceCollection();
        services.AddKeyedRillChatClient("one", Model.Folder, options => options.ModelId = "first");
        services.AddKeyedRillChatClient("two", Model.Folder, options => options.ModelId = "second");
        await using var provider = services.BuildServiceProvider();

        var ids = new List<string?>();
        foreach (var key in (string[])["one", "two"])
        {
            ids.Add((await provider.GetRequiredKeyedService<IChatClient>(key).GetResponseAsync(Model.Question, Model.Greedy)).ModelId);
        }

        Assert.Equal(["first", "second"], ids);
        Assert.Null(provider.GetService<IChatClient>());
    }

    [Fact]
    public async Task Model_ThatDoesNotLoad_FailsEachRequestWithItsReason()
    {
        var services = new ServiceCollection();
        services.AddRillChatClient(Model.Folder, options => options.Device = "cuda:7");
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<IChatClient>();

        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<RillLoadException>(() => chat.GetResponseAsync(Model.Question));
            Assert.Contains("cuda:7", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Configuration_OfTheServer_FitsTheOptions()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Rill:Dtype"] = "q8",
            ["Rill:Threads"] = "3",
            ["Rill:Engine:MaxSequences"] = "5",
            ["Rill:Store:CacheDirectory"] = "models",
        }).Build();
        var options = new RillChatClientOptions();

        configuration.GetSection("Rill").Bind(options);

        Assert.Equal(("q8", 3, 5, "models"), (options.Dtype, options.Threads, options.Engine.MaxSequences, options.Store.CacheDirectory));
    }

    [Fact]
    public void Options_AreNamedAsTheSettingsAre()
    {
        var settings = File.ReadAllText(Path.Combine(BuiltPrograms.Root, "docs", "settings.md"));
        string[] ofTheProgram = [nameof(RillChatClientOptions.LoggerFactory), nameof(RillChatClientOptions.Progress)];
        string[] sections = [nameof(RillChatClientOptions.Engine), nameof(RillChatClientOptions.Store)];
        var names = typeof(RillChatClientOptions).GetProperties().Select(property => property.Name).Except(ofTheProgram).ToList();

        Assert.All(names.Except(sections), name => Assert.Contains($"`Rill__{name}`", settings, StringComparison.Ordinal));
        Assert.All(sections, name => Assert.Contains($"`Rill__{name}__", settings, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_OfTheServices_HasWhatTheLoadSays()
    {
        var log = new List<string>();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new Listing(log)));
        services.AddRillChatClient(Model.Folder);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<RillChatClient>().LoadedAsync();

        lock (log)
        {
            Assert.Contains(log, line => line.Contains("tool calls", StringComparison.Ordinal));
        }
    }

    private sealed class Listing(List<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (log)
            {
                log.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
