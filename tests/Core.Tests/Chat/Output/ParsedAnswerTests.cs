using System.Text.Json;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output;

/// <summary>Answers of a model whose reasoning and tool calls are read, by the tests' own format.</summary>
public sealed class ParsedAnswerTests
{
    private const string Answer = "[hm]on it{get:\"a\"}{put:}";

    [Fact]
    public async Task Read_OfReasoningAndCalls_PutsEachInItsPlace()
    {
        await using var world = new ChatWorld(newParser: () => new BracketParser());

        var choice = (await world.AnswerAsync(ChatWorld.Ask("!text " + Answer))).Choices[0];

        Assert.Equal(("hm", "hm", "on it"), (choice.Message.ReasoningContent, choice.Message.Reasoning, choice.Message.Content));
        Assert.Equal(
            [new ToolCall("call_1", new FunctionCall("get", "\"a\"")), new ToolCall("call_2", new FunctionCall("put", ""))],
            choice.Message.ToolCalls);
        Assert.Equal(FinishReason.ToolCalls, choice.FinishReason);
    }

    [Fact]
    public async Task Read_OfACallAlone_HasNoContent()
    {
        await using var world = new ChatWorld(newParser: () => new BracketParser());

        var message = (await world.AnswerAsync(ChatWorld.Ask("!text {f:1}"))).Choices[0].Message;

        Assert.Null(message.Content);
        Assert.Single(message.ToolCalls!);
    }

    [Fact]
    public async Task Next_OfReasoning_TellsItUnderBothNames()
    {
        await using var world = new ChatWorld(newParser: () => new BracketParser());

        var deltas = (await DeltasAsync(world, Answer)).Select(json => json.GetProperty("choices")[0].GetProperty("delta")).ToList();

        Assert.Equal("hm", Joined(deltas, "reasoning_content"));
        Assert.Equal("hm", Joined(deltas, "reasoning"));
        Assert.Equal("on it", Joined(deltas, "content"));
    }

    [Fact]
    public async Task Next_OfToolCalls_TellsIdTypeAndNameOnce()
    {
        await using var world = new ChatWorld(newParser: () => new BracketParser());

        var fragments = (await DeltasAsync(world, "{get:12}"))
            .Select(json => json.GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls").GetRawText()).ToList();

        Assert.Equal("""[{"index":0,"id":"call_1","type":"function","function":{"name":"get","arguments":""}}]""", fragments[0]);
        Assert.All(fragments.Skip(1), fragment => Assert.StartsWith("""[{"index":0,"function":{"arguments":""", fragment, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_ByAParserOfSpecialTokens_GivesItTheirText()
    {
        await using var plain = new ChatWorld(newParser: () => new BracketParser(), eosTokenIds: []);
        await using var special = new ChatWorld(newParser: () => new BracketParser(readsSpecialTokens: true), eosTokenIds: []);
        var request = ChatWorld.Ask("!text a") with { MaxTokens = 2 };

        Assert.Equal("a", (await plain.AnswerAsync(request)).Choices[0].Message.Content);
        Assert.Equal("a<|endoftext|>", (await special.AnswerAsync(request)).Choices[0].Message.Content);
    }

    /// <summary>The chunks of the parts, as JSON.</summary>
    private static async Task<List<JsonElement>> DeltasAsync(ChatWorld world, string text)
    {
        await using var generation = world.Start(ChatWorld.Ask("!text " + text));
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
