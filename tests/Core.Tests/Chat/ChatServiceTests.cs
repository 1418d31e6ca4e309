using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Chat.Output;
using Rill.Core.Tests.Text;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Core.Tests.Chat;

public class ChatServiceTests
{
    [Fact]
    public async Task Start_WithAPlainRequest_AnswersWithTheModelsText()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text Hello, wörld 👋"));

        var choice = Assert.Single(answer.Choices);
        Assert.Equal("Hello, wörld 👋", choice.Message.Content);
        Assert.Equal(FinishReason.Stop, choice.FinishReason);
        Assert.Null(choice.StopReason);
        Assert.Equal("fp_test", answer.SystemFingerprint);
        Assert.StartsWith("chatcmpl-", answer.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfAnotherDialect_BeginsItsIdsAsThatDialectDoes()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text abc") with { IdPrefix = "resp_" });

        Assert.StartsWith("resp_", answer.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithUsage_CountsEveryTokenAndTheEnd()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text abc"));

        Assert.Equal("!text abc".Length, answer.Usage.PromptTokens);
        Assert.Equal("abc".Length + 1, answer.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Start_WithATokenLimit_EndsWithLength()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text abcdef") with { MaxTokens = 5, MaxCompletionTokens = 3 });

        Assert.Equal("abc", answer.Choices[0].Message.Content);
        Assert.Equal(FinishReason.Length, answer.Choices[0].FinishReason);
    }

    [Fact]
    public async Task Start_CutInsideACharacter_EndsWithOneReplacementCharacter()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text a👋") with { MaxTokens = 3 });

        Assert.Equal("a\uFFFD", answer.Choices[0].Message.Content);
    }

    [Fact]
    public async Task Start_WithThreeChoices_FinishesEachOnce()
    {
        await using var world = new ChatWorld();
        await using var generation = world.Start(ChatWorld.Ask("!text hello there") with { N = 3 });
        var texts = new string[3];
        var finishes = new int[3];

        while (await generation.NextAsync(default) is { } delta)
        {
            Assert.Equal(0, finishes[delta.Index]);
            texts[delta.Index] += string.Concat(delta.Parts.Select(part => part.Text));
            finishes[delta.Index] += delta.Finish is null ? 0 : 1;
        }

        Assert.Equal(["hello there", "hello there", "hello there"], texts);
        Assert.Equal([1, 1, 1], finishes);
        Assert.Equal(3 * ("hello there".Length + 1), generation.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Next_WhenOneOfManyChoicesFails_ThrowsWithoutWaitingForTheOthers()
    {
        await using var world = new ChatWorld();
        await using var generation = world.Start(ChatWorld.Ask("!endless\n!fault after=3") with { N = 2 });

        await Assert.ThrowsAsync<EngineFaultException>(async () =>
        {
            while (await generation.NextAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(120)) is not null)
            {
            }
        });
    }

    [Fact]
    public async Task Start_WithLogprobs_TellsEveryTokenOnce()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text é!") with { Logprobs = true, TopLogprobs = 2 });

        var entries = answer.Choices[0].Logprobs!.Content;
        Assert.Equal("é!"u8.ToArray().Select(b => (int)b), entries.SkipLast(1).SelectMany(entry => entry.Bytes!));
        Assert.All(entries, entry => Assert.Equal(2, entry.TopLogprobs.Count));
        Assert.All(entries, entry => Assert.True(entry.Logprob <= 0));
    }

    [Fact]
    public async Task Start_WithAPromptOverTheContext_IsAnErrorAndLeavesThePlace()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { ContextLength = 16 });

        var (_, error) = world.Service.Start(ChatWorld.Ask("a prompt of more than sixteen bytes"), bodyBytes: 100);

        Assert.Equal("context_length_exceeded", error!.Code);
        Assert.Equal("messages", error.Param);
        Assert.Equal(0, world.Engine.Waiting);
    }

    [Fact]
    public async Task Start_WithAPromptBeyondTheModelsRows_NamesTheMessages()
    {
        await using var world = new ChatWorld(tokenizer: WithATokenBeyondTheRows());

        Assert.Null(world.Service.Start(ChatWorld.Ask("a q b"), bodyBytes: 100).Error);
        var (_, error) = world.Service.Start(ChatWorld.Ask("a qz b"), bodyBytes: 100);

        Assert.Equal((400, "invalid_value", "messages"), (error!.Status, error.Code, error.Param));
        Assert.Contains("token id 5000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithABadWordBeyondTheModelsRows_NamesBadWords()
    {
        await using var world = new ChatWorld(tokenizer: WithATokenBeyondTheRows());

        var (_, error) = world.Service.Start(ChatWorld.Ask("a") with { BadWords = ["q", "qz"] }, bodyBytes: 100);

        Assert.Equal((400, "invalid_value", "bad_words"), (error!.Status, error.Code, error.Param));
    }

    [Fact]
    public async Task Start_WithATextThatCostsTheTokenizerTooMuch_NamesTheMessagesAndLeavesThePlace()
    {
        await using var world = new ChatWorld(tokenizer: WithASlowPattern());

        var (_, error) = world.Service.Start(ChatWorld.Ask(new string('a', 40) + "b"), bodyBytes: 100);

        Assert.Equal((400, "invalid_value", "messages"), (error!.Status, error.Code, error.Param));
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Engine.Waiting);
    }

    [Fact]
    public async Task Start_WithABadWordThatCostsTheTokenizerTooMuch_NamesBadWords()
    {
        await using var world = new ChatWorld(tokenizer: WithASlowPattern());

        var (_, error) = world.Service.Start(ChatWorld.Ask("x") with { BadWords = [new string('a', 40) + "b"] }, bodyBytes: 100);

        Assert.Equal((400, "invalid_value", "bad_words"), (error!.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("{{ messages[-1]['content'] }}")]
    [InlineData("{% for i in range(100000) %}{% set x = 1 + 1 %}{% endfor %}x")]
    public async Task Start_WhenTheRequestEnds_StopsRenderingAndEncodingAndLeavesThePlace(string template)
    {
        await using var world = new ChatWorld(tokenizer: WithASlowPattern(), template: template);

        Assert.ThrowsAny<OperationCanceledException>(
            () => world.Service.Start(ChatWorld.Ask(new string('a', 100_000)), bodyBytes: 100, new CancellationToken(canceled: true)));

        Assert.Equal(0, world.Engine.Waiting);
        Assert.Null(world.Service.Start(ChatWorld.Ask("x"), bodyBytes: 100).Error);
    }

    [Fact]
    public async Task Start_WhenSomethingFailsBehindTheSubmission_EndsTheSequences()
    {
        await using var world = new ChatWorld(clock: new BrokenClock());

        Assert.Throws<InvalidOperationException>(() => world.Service.Start(ChatWorld.Ask("!endless") with { N = 2 }, bodyBytes: 100));

        Assert.True(SpinWait.SpinUntil(() => world.Engine is { Running: 0, Waiting: 0 }, TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public async Task Start_WithATemplateThatRefuses_Is400WithItsWords()
    {
        await using var world = new ChatWorld(template: "{{ raise_exception('no such turn') }}");

        var (_, error) = world.Service.Start(ChatWorld.Ask("x"), bodyBytes: 100);

        Assert.Equal(400, error!.Status);
        Assert.Equal("no such turn", error.Message);
    }

    [Fact]
    public async Task Start_WithATemplateThatFails_Is400WithTheReason()
    {
        await using var world = new ChatWorld(template: "{{ messages[0].nothing.at_all }}");

        var (_, error) = world.Service.Start(ChatWorld.Ask("x"), bodyBytes: 100);

        Assert.Equal((400, "messages"), (error!.Status, error.Param));
        Assert.Equal("The model's chat template cannot write these messages: 'dict object' has no attribute 'nothing'.", error.Message);
    }

    [Fact]
    public async Task Start_WithAReservedTemplateArgument_NamesIt()
    {
        await using var world = new ChatWorld();
        var arguments = new Dictionary<string, JsonElement> { ["messages"] = JsonElement.Parse("1") };

        var (_, error) = world.Service.Start(ChatWorld.Ask("x") with { ChatTemplateKwargs = arguments }, bodyBytes: 100);

        Assert.Equal((400, "chat_template_kwargs.messages"), (error!.Status, error.Param));
    }

    [Fact]
    public async Task Start_WhenTheQueueIsFull_RefusesWithRetryAfter()
    {
        await using var world = new ChatWorld(engine: new EngineOptions { MaxSequences = 1, MaxQueuedRequests = 1 });
        await using var running = world.Start(ChatWorld.Ask("!endless\n!delay ms=5"));
        await using var waiting = world.Start(ChatWorld.Ask("!endless"));

        var (_, error) = world.Service.Start(ChatWorld.Ask("x"), bodyBytes: 100);

        Assert.Equal("server_is_overloaded", error!.Code);
        Assert.InRange(error.RetryAfterSeconds!.Value, 1, 30);
    }

    [Fact]
    public async Task Start_WhileDraining_IsShuttingDown()
    {
        await using var world = new ChatWorld();
        world.Engine.BeginDrain();

        var (_, error) = world.Service.Start(ChatWorld.Ask("x"), bodyBytes: 100);

        Assert.Equal("shutting_down", error!.Code);
    }

    [Fact]
    public async Task Abort_WhileARead_Waits_EndsItAndFreesTheSequence()
    {
        await using var world = new ChatWorld();
        await using var generation = world.Start(ChatWorld.Ask("!endless\n!prefill ms=60000"));
        var read = generation.NextAsync(default).AsTask();

        generation.Abort(AbortCause.Deadline);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.True(SpinWait.SpinUntil(() => world.Engine is { Running: 0, Waiting: 0 }, TimeSpan.FromSeconds(120)));
    }

    private static HuggingFaceTokenizer WithASlowPattern() => TinyTokenizer.New(root =>
    {
        root["added_tokens"] = new JsonArray();
        root["pre_tokenizer"] = JsonNode.Parse(
            """
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated"},
              {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}
            """);
    });

    private static HuggingFaceTokenizer WithATokenBeyondTheRows() => TinyTokenizer.New(root =>
    {
        root["model"]!["vocab"]!["qz"] = 5000;
        root["model"]!["merges"]!.AsArray().Add((JsonNode)"q z");
        root["added_tokens"] = new JsonArray();
    });

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("A broken clock.");
    }
}
