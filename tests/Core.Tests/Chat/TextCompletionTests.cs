using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.Core.Tests.Text;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Core.Tests.Chat;

/// <summary>Completions of text, from a request to its choices (contract A.2).</summary>
public sealed class TextCompletionTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Start_WithAText_GoesOnWithIt()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("!text Hello, wörld 👋") with { MaxTokens = 100 });

        var choice = Assert.Single(answer.Choices);
        Assert.Equal(("Hello, wörld 👋", FinishReason.Stop), (choice.Text, choice.FinishReason));
        Assert.StartsWith("cmpl-", answer.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutATokenLimit_MakesSixteen()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("!endless"));

        Assert.Equal(FinishReason.Length, answer.Choices[0].FinishReason);
        Assert.Equal(16, answer.Usage.Value!.CompletionTokens);
    }

    [Fact]
    public async Task Start_WithPromptsAndChoices_OrdersThemByPrompt()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("!text a", "!text bc") with { N = 2 });

        Assert.Equal(["a", "a", "bc", "bc"], answer.Choices.Select(choice => choice.Text));
        Assert.Equal([0, 1, 2, 3], answer.Choices.Select(choice => choice.Index));
        Assert.Equal(("!text a".Length + "!text bc".Length, 2 * (2 + 3)), (answer.Usage.Value!.PromptTokens, answer.Usage.Value.CompletionTokens));
    }

    [Fact]
    public async Task Start_WithEcho_BeginsWithThePromptAsItWasGiven()
    {
        await using var world = new ChatWorld();
        var ids = new CompletionPrompt(null, [.. "!text é"u8.ToArray().Select(value => (int)value), ByteTokenizer.TurnStart - 1]);

        var answer = await AnswerAsync(world, Ask("!text b") with { Prompts = [new("!text b", null), ids], Echo = true });

        Assert.Equal(["!text bb", "!text é<|endoftext|>é"], answer.Choices.Select(choice => choice.Text));
    }

    [Fact]
    public async Task Start_ForNoTokens_ComputesNothing()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("!fault after=0", "b") with { Echo = true, MaxTokens = 0 });

        Assert.Equal(["!fault after=0", "b"], answer.Choices.Select(choice => choice.Text));
        Assert.All(answer.Choices, choice => Assert.Equal(FinishReason.Length, choice.FinishReason));
        Assert.Equal((15, 0), (answer.Usage.Value!.PromptTokens, answer.Usage.Value.CompletionTokens));
        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
    }

    [Fact]
    public async Task Start_WithSpecialTokensInTheText_FindsThem()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("<|endoftext|>ab<|endoftext|>") with { MaxTokens = 1 });

        Assert.Equal(4, answer.Usage.Value!.PromptTokens);
    }

    [Theory]
    [InlineData("", "prompt")]
    [InlineData("a|", "prompt[1]")]
    public async Task Start_WithAPromptWithoutTokens_NamesIt(string texts, string param)
    {
        await using var world = new ChatWorld();

        Assert.Equal((400, param), Refusal(world, Ask(texts.Split('|'))));
        Assert.Equal(0, world.Engine.Waiting);
    }

    [Fact]
    public async Task Start_WithAnIdThatTheModelDoesNotHave_NamesThePrompt()
    {
        await using var world = new ChatWorld();

        Assert.Equal((400, "prompt"), Refusal(world, Ask() with { Prompts = [new(null, [1, 257])] }));
    }

    [Fact]
    public async Task Start_WithOnePromptThatIsTooLong_IsRefusedWhole()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { ContextLength = 64 });

        Assert.Equal((400, "prompt"), Refusal(world, Ask("a", new string('b', 64))));
        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
    }

    [Fact]
    public async Task Start_ForMoreChoicesThanThereArePlaces_Is400AndNot503()
    {
        await using var world = new ChatWorld(engine: new EngineOptions { MaxSequences = 1, MaxQueuedRequests = 2 });

        Assert.Equal((400, "prompt"), Refusal(world, Ask("a", "b") with { N = 2 }));
        Assert.Equal((400, "n"), Refusal(world, Ask("a") with { N = 4 }));
        Assert.Equal(["a", "b", "c"], (await AnswerAsync(world, Ask("!text a", "!text b", "!text c"))).Choices.Select(choice => choice.Text));
    }

    [Fact]
    public async Task Start_WithLogprobs_WritesTheOlderForm()
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("!text aé👋b") with { Logprobs = 2 });

        var logprobs = answer.Choices[0].Logprobs!;
        Assert.Equal([0, 1, 1, 2, 2, 2, 2, 3, 4], logprobs.TextOffset);
        Assert.Equal(["a", "bytes:\\xc3", "bytes:\\xa9", "bytes:\\xf0", "bytes:\\x9f", "bytes:\\x91", "bytes:\\x8b", "b", "<|endoftext|>"], logprobs.Tokens);
        Assert.All(logprobs.TokenLogprobs, logprob => Assert.InRange(logprob!.Value, -9999, 0));
        Assert.All(logprobs.Tokens.Zip(logprobs.TopLogprobs), entry => Assert.Contains(entry.First, entry.Second!.Keys));
        Assert.All(logprobs.TopLogprobs, top => Assert.InRange(top!.Count, 2, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task Start_WithEchoAndLogprobs_TellsThePromptsTokensFirst(int maxTokens)
    {
        await using var world = new ChatWorld();

        var answer = await AnswerAsync(world, Ask("aaé\n!text éb") with { Echo = true, Logprobs = 1, MaxTokens = maxTokens, N = 2 });

        Assert.Equal(2, answer.Choices.Count);
        Assert.All(answer.Choices, choice =>
        {
            var logprobs = choice.Logprobs!;
            var completion = maxTokens == 0 ? (string[])[] : ["bytes:\\xc3", "bytes:\\xa9", "b", "<|endoftext|>"];
            Assert.Equal(("aaé\n!text éb" + (maxTokens == 0 ? "" : "éb")), choice.Text);
            Assert.Equal(["a", "a", "bytes:\\xc3", "bytes:\\xa9", "\n", "!", "t", "e", "x", "t", " ", "bytes:\\xc3", "bytes:\\xa9", "b", .. completion], logprobs.Tokens);
            Assert.Equal([0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 11, .. maxTokens == 0 ? (int[])[] : [12, 12, 13, 14]], logprobs.TextOffset);
            Assert.Null(logprobs.TokenLogprobs[0]);
            Assert.Null(logprobs.TopLogprobs[0]);

            // The scripted model expects each token of a prompt once more.
            Assert.InRange(logprobs.TokenLogprobs[1]!.Value, -0.1, 0);
            Assert.Equal(["a"], logprobs.TopLogprobs[1]!.Keys);
            Assert.InRange(logprobs.TokenLogprobs[2]!.Value, -11, -9);
            Assert.Equal(["a", "bytes:\\xc3"], logprobs.TopLogprobs[2]!.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(maxTokens == 0 ? FinishReason.Length : FinishReason.Stop, choice.FinishReason);
        });
        Assert.Equal((14, maxTokens == 0 ? 0 : 8), (answer.Usage.Value!.PromptTokens, answer.Usage.Value.CompletionTokens));
    }

    [Fact]
    public void Encode_WithAPrefix_PutsItThereOnceUnlessItIsUnwanted()
    {
        var tokenizer = TinyTokenizer.New(root => root["post_processor"] = JsonNode.Parse(
            """
            {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|end|>", "type_id": 0}}, {"Sequence": {"id": "A"}}],
             "special_tokens": {"<|end|>": {"ids": [260]}}}
            """));

        Assert.Equal([260, 259], TextPrompt.Encode(PromptText.OfTemplate("hello"), tokenizer, addSpecialTokens: true, default));
        Assert.Equal([260, 259], TextPrompt.Encode(PromptText.OfTemplate("<|end|>hello"), tokenizer, addSpecialTokens: true, default));
        Assert.Equal([259], TextPrompt.Encode(PromptText.OfTemplate("hello"), tokenizer, addSpecialTokens: false, default));
        Assert.Equal([260], TextPrompt.Encode(PromptText.OfTemplate(""), tokenizer, addSpecialTokens: true, default));
    }

    [Fact]
    public void Detokenizer_OfATextThatGoesOn_KeepsItsFirstSpace()
    {
        var tokenizer = TinyTokenizer.New(root => root["decoder"] = JsonNode.Parse(
            """{"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"""));
        int[] ids = [.. tokenizer.Encode(PromptText.OfTemplate(" hello"))];

        Assert.Equal("hello", Text(new IncrementalDetokenizer(tokenizer), ids));
        Assert.Equal(" hello", Text(new IncrementalDetokenizer(tokenizer, continuesText: true), ids));

        static string Text(IncrementalDetokenizer detokenizer, int[] ids) => string.Concat(ids.Select(detokenizer.Push)) + detokenizer.Flush();
    }

    [Fact]
    public async Task Stream_OfChoices_JoinsToTheWholeAnswer()
    {
        await using var world = new ChatWorld();
        var request = Ask("!text one two", "!text three") with { Echo = true, StopTokenIds = ['h'], Stream = true, StreamOptions = new(true, true) };
        var whole = await AnswerAsync(world, request);

        await using var generation = Start(world, request);
        var chunks = new CompletionChunks(generation, request.StreamOptions);
        var events = new List<Completion> { chunks.Echo(0)!, chunks.Echo(1)! };
        while (await generation.NextAsync(default).AsTask().WaitAsync(_patience) is { } delta)
        {
            events.AddRange(chunks.Echo(delta) is { } echo ? [echo] : []);
            events.AddRange(delta.Parts.IsEmpty ? [] : [chunks.Text(delta)]);
            events.AddRange(delta.Finish is null ? [] : [chunks.Finish(delta)]);
        }

        foreach (var choice in whole.Choices)
        {
            var own = events.SelectMany(e => e.Choices).Where(c => c.Index == choice.Index).ToList();
            Assert.Equal(choice.Text, string.Concat(own.Select(c => c.Text)));
            Assert.Equal((choice.FinishReason, choice.StopReason), (own[^1].FinishReason, own[^1].StopReason));
        }

        Assert.Equal("!text one two".Length, events[0].Usage.Value!.PromptTokens);
        Assert.Equal("!text three".Length, events[1].Usage.Value!.PromptTokens);
    }

    [Fact]
    public void Template_OfAnOrdinaryEvent_WritesWhatTheSerializerDoes()
    {
        var completion = new Completion("cmpl-\"text\":\"", 1, "m", [new(0, "")]);
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        new DeltaTemplate(completion).Write(output, "a\"b\nç");

        var expected = JsonSerializer.Serialize(completion with { Choices = [new(0, "a\"b\nç")] }, OpenAIJson.Wire.Completion);
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static CompletionRequest Ask(params string[] texts) => new() { Prompts = [.. texts.Select(text => new CompletionPrompt(text, null))] };

    private static ChatGeneration Start(ChatWorld world, CompletionRequest request)
    {
        var (generation, error) = world.Service.Start(request);
        Assert.Null(error);
        return generation!;
    }

    private static async Task<Completion> AnswerAsync(ChatWorld world, CompletionRequest request)
    {
        await using var generation = Start(world, request);
        return await CompletionAnswer.ReadAsync(generation, default).WaitAsync(_patience);
    }

    private static (int?, string?) Refusal(ChatWorld world, CompletionRequest request)
    {
        var (generation, error) = world.Service.Start(request);
        Assert.Null(generation);
        return (error?.Status, error?.Param);
    }
}
