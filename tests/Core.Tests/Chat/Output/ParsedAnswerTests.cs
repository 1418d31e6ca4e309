using System.Text.Json;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output;

/// <summary>Answers of a model whose reasoning and tool calls are read, by the tests' own format.</summary>
public sealed class ParsedAnswerTests
{
    private const string Answer = "[hm]on it(get:{\"a\":1})(put:)";

    [Fact]
    public async Task Read_OfReasoningAndCalls_PutsEachInItsPlace()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var choice = (await world.AnswerAsync(BracketFormat.Ask(Answer))).Choices[0];

        Assert.Equal(("hm", "hm", "on it"), (choice.Message.ReasoningContent, choice.Message.Reasoning, choice.Message.Content));
        Assert.Equal(
            [new ToolCall("call_0", new FunctionCall("get", "{\"a\":1}")), new ToolCall("call_1", new FunctionCall("put", "{}"))],
            choice.Message.ToolCalls);
        Assert.Equal(FinishReason.ToolCalls, choice.FinishReason);
    }

    [Fact]
    public async Task Read_OfACallAlone_HasNoContent()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var message = (await world.AnswerAsync(BracketFormat.Ask("(f:{})"))).Choices[0].Message;

        Assert.Null(message.Content);
        Assert.Single(message.ToolCalls!);
    }

    [Fact]
    public async Task Next_OfReasoning_TellsItUnderBothNames()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var deltas = (await DeltasAsync(world, Answer)).Select(json => json.GetProperty("choices")[0].GetProperty("delta")).ToList();

        Assert.Equal("hm", Joined(deltas, "reasoning_content"));
        Assert.Equal("hm", Joined(deltas, "reasoning"));
        Assert.Equal("on it", Joined(deltas, "content"));
    }

    [Fact]
    public async Task Next_OfToolCalls_TellsIdTypeAndNameOnce()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var fragments = (await DeltasAsync(world, "(get:{\"a\":12})"))
            .Select(json => json.GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls").GetRawText()).ToList();

        Assert.Equal("""[{"index":0,"id":"call_0","type":"function","function":{"name":"get","arguments":""}}]""", fragments[0]);
        Assert.All(fragments.Skip(1), fragment => Assert.StartsWith("""[{"index":0,"function":{"arguments":""", fragment, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_OfAMarkThatIsASpecialToken_FindsIt_AndNoOtherHasText()
    {
        var format = BracketFormat.Value with { Reasoning = new("[", "<|endoftext|>") };
        await using var mark = new ChatWorld(format: format, eosTokenIds: []);
        await using var other = new ChatWorld(format: BracketFormat.Value, eosTokenIds: []);
        var request = ChatWorld.Ask("!text [a") with { MaxTokens = 4 };

        // The model says the token twice, since it ends nothing here. Where it is no mark of the place, but one of the format, it is text.
        var marked = (await mark.AnswerAsync(request)).Choices[0].Message;
        var plain = (await other.AnswerAsync(request)).Choices[0].Message;
        Assert.Equal(("a", "<|endoftext|>"), (marked.Reasoning, marked.Content));
        Assert.Equal(("a", ""), (plain.Reasoning, plain.Content ?? ""));
    }

    [Fact]
    public async Task Read_WithoutParallelCalls_EndsWhereTheSecondBegins()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var choice = (await world.AnswerAsync(BracketFormat.Ask("a(f:{})(g:{})b") with { ParallelToolCalls = false })).Choices[0];

        Assert.Equal([new ToolCall("call_0", new FunctionCall("f", "{}"))], choice.Message.ToolCalls);
        Assert.Equal(("a", FinishReason.ToolCalls), (choice.Message.Content, choice.FinishReason));
    }

    [Theory]
    [InlineData(ToolChoiceMode.Auto, FinishReason.ToolCalls)]
    [InlineData(ToolChoiceMode.Required, FinishReason.ToolCalls)]
    [InlineData(ToolChoiceMode.Named, FinishReason.Stop)]
    public async Task Read_OfACall_FinishesAsTheChoiceSays(ToolChoiceMode mode, FinishReason expected)
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var answer = await world.AnswerAsync(BracketFormat.Ask("(f:{})") with { ToolChoice = new ToolChoice(mode, "f") });

        Assert.Equal(expected, answer.Choices[0].FinishReason);
    }

    [Fact]
    public async Task Read_OfACallThatIsCut_FinishesWithLength()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var answer = await world.AnswerAsync(BracketFormat.Ask("(f:{\"a\":1})") with { MaxTokens = 5 });

        Assert.Equal(FinishReason.Length, answer.Choices[0].FinishReason);
    }

    [Fact]
    public async Task Read_OfAFunctionCall_TellsItInTheOlderForm()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);
        var request = BracketFormat.Ask("(f:{})") with { AnswersWithFunctionCall = true, ParallelToolCalls = false };

        var choice = (await world.AnswerAsync(request)).Choices[0];
        var deltas = (await DeltasAsync(world, request)).Select(json => json.GetProperty("choices")[0].GetProperty("delta").GetRawText()).ToList();

        Assert.Equal((new FunctionCall("f", "{}"), FinishReason.FunctionCall), (choice.Message.FunctionCall, choice.FinishReason));
        Assert.Null(choice.Message.ToolCalls);
        Assert.Equal("""{"function_call":{"name":"f","arguments":""}}""", deltas[0]);
        Assert.All(deltas.Skip(1), delta => Assert.StartsWith("""{"function_call":{"arguments":""", delta, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_OfReasoning_CountsItsTokens()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);

        var usage = (await world.AnswerAsync(ChatWorld.Ask("!text [hmm]a"))).Usage;

        // The bracket that closes comes while the text is reasoning, the one that opens does not.
        Assert.Equal((7, 4), (usage.CompletionTokens, usage.CompletionTokensDetails!.ReasoningTokens));
    }

    [Fact]
    public async Task Read_WithoutReasoning_LeavesItOut_AndTheLogprobsThatWouldTellIt()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);
        var request = ChatWorld.Ask("!text [hm]a") with { IncludeReasoning = false, Logprobs = true };

        var hidden = (await world.AnswerAsync(request)).Choices[0];
        var plain = (await world.AnswerAsync(request with { Messages = ChatWorld.Ask("!text a").Messages })).Choices[0];

        Assert.Equal(("a", null, null), (hidden.Message.Content, hidden.Message.Reasoning, hidden.Logprobs?.Content.Count));
        Assert.NotEmpty(plain.Logprobs!.Content);
    }

    private static Task<List<JsonElement>> DeltasAsync(ChatWorld world, string text) => DeltasAsync(world, BracketFormat.Ask(text));

    /// <summary>The chunks of the parts, as JSON.</summary>
    private static async Task<List<JsonElement>> DeltasAsync(ChatWorld world, ChatCompletionRequest request)
    {
        await using var generation = world.Start(request);
        var chunks = new ChatChunks(generation, null);
        var written = new List<JsonElement>();
        while (await generation.NextAsync(default) is { } delta)
        {
            for (var i = 0; i < delta.Parts.Length; i++)
            {
                written.Add(JsonSerializer.SerializeToElement(chunks.Part(delta, i), OpenAIJson.Wire.ChatCompletionChunk));
            }
        }

        return written;
    }

    private static string Joined(IEnumerable<JsonElement> deltas, string name) =>
        string.Concat(deltas.Select(delta => delta.TryGetProperty(name, out var text) ? text.GetString() : ""));
}
