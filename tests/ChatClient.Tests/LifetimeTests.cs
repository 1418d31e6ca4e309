using System.Diagnostics;
using Microsoft.Extensions.AI;
using Rill.ChatClient.Tests.Harness;

namespace Rill.ChatClient.Tests;

/// <summary>How a model comes and goes. These tests run beside no other, since one of them weighs the process.</summary>
[Collection(nameof(SharedClient))]
public sealed class LifetimeTests(SharedClient shared)
{
    private const int Loads = 22;
    private const long MostGrowth = 32L << 20;

    [SkippableFact]
    public async Task Loads_AndDisposals_LeaveNoMemoryBehind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other systems count resident memory otherwise.");
        var sizes = new List<long>();
        for (var i = 0; i < Loads; i++)
        {
            await using (var client = await RillChatClient.LoadAsync(Model.Folder))
            {
                _ = await client.GetResponseAsync(Model.Question, new() { Temperature = 0, MaxOutputTokens = 8 });
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            sizes.Add(Environment.WorkingSet);
        }

        // The first loads warm up the runtime and the allocators; a heap may have grown just before a look. A model takes some thirty MiB.
        Assert.InRange(sizes[^3..].Min() - sizes[Loads / 4], long.MinValue, MostGrowth);
    }

    [Fact]
    public async Task Disposal_WhileAnswersRun_LetsThemFinish()
    {
        var client = await RillChatClient.LoadAsync(Model.Folder, new() { DrainSeconds = 60 });
        var answer = client.GetStreamingResponseAsync(Model.Story, Model.Greedy).GetAsyncEnumerator();
        Assert.True(await answer.MoveNextAsync());

        var disposal = client.DisposeAsync();
        var reason = answer.Current.FinishReason;
        while (await answer.MoveNextAsync())
        {
            reason = answer.Current.FinishReason;
        }

        await disposal;
        Assert.NotNull(reason);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync(Model.Question));
        client.Dispose();    // once more does nothing
    }

    [Fact]
    public async Task Disposal_AfterItsTime_EndsWhatStillRuns()
    {
        var client = await RillChatClient.LoadAsync(Model.Folder, new() { DrainSeconds = 0 });
        var options = new ChatOptions { Temperature = 0, AdditionalProperties = new() { ["ignore_eos"] = true } };
        await using var answer = client.GetStreamingResponseAsync(Model.Story, options).GetAsyncEnumerator();
        Assert.True(await answer.MoveNextAsync());

        await client.DisposeAsync();

        var error = await Assert.ThrowsAsync<RillRequestException>(async () =>
        {
            while (await answer.MoveNextAsync())
            {
            }
        });
        Assert.Equal("shutting_down", error.Code);
    }

    [Fact]
    public async Task Requests_WhileTheModelLoads_Wait()
    {
        await using var client = RillChatClient.Begin(Model.Folder);

        var response = await client.GetResponseAsync(Model.Question, Model.Greedy);

        Assert.NotEmpty(response.Text);
    }

    [Fact]
    public async Task Load_TellsItsPhases()
    {
        var phases = new List<string>();
        await using var client = await RillChatClient.LoadAsync(Model.Folder, new() { Progress = new Told(phases) });

        Assert.Equal(["opening", "preparing", "ready"], phases);
    }

    [Fact]
    public async Task Load_ThatIsCancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RillChatClient.LoadAsync(Model.Folder, null, cancel.Token));
    }

    [Theory]
    [InlineData("no/such/model", "The model 'no/such/model' does not exist")]
    [InlineData("ftp://host/model", "is not understood")]
    public async Task Load_OfNothing_SaysWhatToName(string model, string sentence)
    {
        var error = await Assert.ThrowsAsync<RillLoadException>(() => RillChatClient.LoadAsync(model));

        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rill__Model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OfAModelThatIsNotServed_SaysWhy()
    {
        var folder = Directory.CreateTempSubdirectory("rill-unserved-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "config.json"), """{"architectures":["NobodysForCausalLM"]}""");

            var error = await Assert.ThrowsAsync<RillLoadException>(() => RillChatClient.LoadAsync(folder.FullName));

            Assert.Contains("NobodysForCausalLM", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Options_OutOfTheirRanges_AreRefusedByName()
    {
        await RefusesAsync(new() { Dtype = "f64" }, "Dtype");
        await RefusesAsync(new() { KvCacheMiB = 0 }, "KvCacheMiB");
        await RefusesAsync(new() { MessageFormat = "nobodys" }, "MessageFormat");
        await RefusesAsync(new() { Engine = new() { MaxSequences = 0 } }, "MaxSequences");
        await RefusesAsync(new() { Store = new() { Parallelism = 0 } }, "Parallelism");
    }

    [Fact]
    public async Task Requests_BeyondAllPlaces_AreRefused_WithATimeToTryAgain()
    {
        await using var client = await RillChatClient.LoadAsync(Model.Folder, new()
        {
            DrainSeconds = 0,
            Engine = new() { MaxSequences = 1, MaxQueuedRequests = 1 },
        });
        var options = new ChatOptions { Temperature = 0, AdditionalProperties = new() { ["ignore_eos"] = true } };
        using var cancel = new CancellationTokenSource();
        Task[] answers = [.. Enumerable.Range(0, 3).Select(_ => client.GetResponseAsync(Model.Story, options, cancel.Token))];

        var refused = await Task.WhenAny(answers);

        var error = await Assert.ThrowsAsync<RillRequestException>(() => refused);
        Assert.Equal("server_is_overloaded", error.Code);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        await cancel.CancelAsync();
    }

    [Fact]
    public void Services_OfTheClient_AreItselfAndItsMetadata()
    {
        var chat = shared.Client;
        var metadata = ((IChatClient)chat).GetRequiredService<ChatClientMetadata>();
        Assert.Equal(("rill", "rill-mini"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Same(shared.Client, ((IChatClient)chat).GetService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Equal("rill-mini", ((IEmbeddingGenerator)shared.Client).GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId);
        Assert.Null(chat.GetService(typeof(string)));
        Assert.Null(chat.GetService(typeof(IChatClient), "key"));
    }

    private static async Task RefusesAsync(RillChatClientOptions options, string name)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => RillChatClient.LoadAsync(Model.Folder, options));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private sealed class Told(List<string> phases) : IProgress<RillLoadProgress>
    {
        public void Report(RillLoadProgress value)
        {
            lock (phases)
            {
                phases.Add(value.Phase);
            }
        }
    }
}
