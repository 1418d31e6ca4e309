using Microsoft.Extensions.AI;
using Rill.ChatClient.Tests.Harness;

namespace Rill.ChatClient.Tests;

/// <summary>What a stream is made of, and how it ends early.</summary>
[Collection(nameof(SharedClient))]
public sealed class StreamingTests(SharedClient shared)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Stream_OfAnAnswer_ComesInPieces_WithUsageAndReasonInTheLast()
    {
        var updates = await shared.Client.GetStreamingResponseAsync(Model.Story, Model.Greedy).ToListAsync();

        Assert.True(updates.Count > 3, "The answer came in one piece.");
        var id = Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.StartsWith("chatcmpl-", id, StringComparison.Ordinal);
        Assert.All(updates, update => Assert.Equal((ChatRole.Assistant, "rill-mini", id), (update.Role!.Value, update.ModelId, update.MessageId)));
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.FinishReason));
        Assert.NotNull(updates[^1].FinishReason);
        var usage = Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>()).Details;
        Assert.Equal(usage.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
    }

    [Fact]
    public async Task Stream_ThatIsCancelled_EndsAndFreesItsPlace()
    {
        using var running = new EngineGauge("vllm.num_requests_running");
        await using var client = await RillChatClient.LoadAsync(Model.Folder);
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(Model.Story, Endless, cancel.Token))
            {
                Assert.Equal(1, running.Value);
                await cancel.CancelAsync();
            }
        });

        await EmptiesAsync(running);
    }

    [Fact]
    public async Task Stream_ThatIsLeft_FreesItsPlace()
    {
        using var running = new EngineGauge("vllm.num_requests_running");
        await using var client = await RillChatClient.LoadAsync(Model.Folder);

        await foreach (var _ in client.GetStreamingResponseAsync(Model.Story, Endless))
        {
            Assert.Equal(1, running.Value);
            break;
        }

        await EmptiesAsync(running);
    }

    [Fact]
    public async Task Request_WhoseTokenIsCancelledAlready_IsNotStarted()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shared.Client.GetResponseAsync(Model.Question, Model.Greedy, cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shared.Client.GenerateAsync(["a"], null, cancel.Token));
    }

    [Fact]
    public async Task Requests_OfManyThreads_HaveTheAnswersThatEachHasAlone()
    {
        string[] prompts = [Model.Question, Model.Story, "How does streaming work?", "Who are you?"];
        var alone = new List<string>();
        foreach (var prompt in prompts)
        {
            alone.Add((await shared.Client.GetResponseAsync(prompt, Model.Greedy)).Text);
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 16)
            .Select(i => Task.Run(() => shared.Client.GetResponseAsync(prompts[i % prompts.Length], Model.Greedy))));

        Assert.All(together.Index(), answer => Assert.Equal(alone[answer.Index % prompts.Length], answer.Item.Text));
    }

    private static ChatOptions Endless => new() { Temperature = 0, MaxOutputTokens = 1900, AdditionalProperties = new() { ["ignore_eos"] = true } };

    private static async Task EmptiesAsync(EngineGauge running)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (running.Value > 0)
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
