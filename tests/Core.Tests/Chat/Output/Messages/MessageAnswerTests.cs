using System.Text.Json;
using Rill.Anthropic;
using Rill.Chat;
using Rill.Chat.Output.Messages;
using Rill.OpenAI;
using StopReason = Rill.Anthropic.StopReason;

namespace Rill.Core.Tests.Chat.Output.Messages;

/// <summary>Answers of the Messages API, of a model whose reasoning and tool calls are read by the tests' own format.</summary>
public sealed class MessageAnswerTests
{
    private static readonly AnthropicJson s_wire = AnthropicJson.With(WireEncoder.Instance);

    [Fact]
    public async Task Read_OfThoughtTextAndCalls_HasABlockForEach()
    {
        var message = await AnswerAsync(Ask("[hm]on it(get:{\"a\": \"ü\"})(put:)"));

        Assert.Equal(
            [new ThinkingBlock("hm", ThinkingSignature.Of("hm", carriesText: false)), new TextBlock("on it"),
                new ToolUseBlock("call_0", "get", "{\"a\": \"ü\"}"), new ToolUseBlock("call_1", "put", "{}")],
            message.Content);
        Assert.Equal((StopReason.ToolUse, null), (message.StopReason, message.StopSequence));
        Assert.StartsWith("msg_", message.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithThoughtsOmitted_CarriesThemInTheSignature()
    {
        var message = await AnswerAsync(Ask("[hm]so") with { OmitsThinking = true });

        var thought = Assert.IsType<ThinkingBlock>(message.Content[0]);
        Assert.Equal(("", "hm"), (thought.Thinking, ThinkingSignature.TextOf(thought.Signature)));
    }

    [Theory]
    [InlineData("!text hi", "end_turn", null, 2)]
    [InlineData("!text hi END more", "stop_sequence", "END", null)]
    [InlineData("!endless", "max_tokens", null, 40)]
    public async Task Read_OfAnyEnd_SaysWhy(string prompt, string reason, string? sequence, int? text)
    {
        var request = Ask(prompt[1..]) with { Chat = ChatWorld.Ask(prompt) with { MaxTokens = 40, Stop = ["END"], IdPrefix = "msg_" } };
        var json = JsonSerializer.SerializeToElement(await AnswerAsync(request), s_wire.Message);

        Assert.Equal((reason, sequence), (json.GetProperty("stop_reason").GetString(), json.GetProperty("stop_sequence").GetString()));
        if (text is { } length)
        {
            Assert.Equal(length, json.GetProperty("content")[0].GetProperty("text").GetString()!.Length);
        }
    }

    [Fact]
    public async Task Read_UpToTheContextsEnd_SaysThatItWasThat()
    {
        var message = await AnswerAsync(
            new MessagesRequest(ChatWorld.Ask("!endless") with { MaxTokens = 32_000 }), new ScriptedRunnerOptions { ContextLength = 64 });

        Assert.Equal(StopReason.ModelContextWindowExceeded, message.StopReason);
    }

    [Fact]
    public async Task Read_OfThePromptAlone_IsEmpty()
    {
        var message = await AnswerAsync(new MessagesRequest(ChatWorld.Ask("!text hi") with { MaxTokens = 1 }) { IsPrefillOnly = true });

        Assert.Empty(message.Content);
        Assert.Equal((StopReason.MaxTokens, 8, 0), (message.StopReason, message.Usage.InputTokens, message.Usage.OutputTokens));
    }

    [Fact]
    public async Task Read_OfAPromptThatWasHereBefore_CountsTheCachedPartAlone()
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);
        var request = new MessagesRequest(ChatWorld.Ask("!text hi\n" + new string('x', 55)));
        await AnswerAsync(world, request);
        var usage = (await AnswerAsync(world, request)).Usage;

        Assert.Equal((64, 48), (usage.InputTokens + usage.CacheReadInputTokens, usage.CacheReadInputTokens));
        Assert.Equal(0, usage.CacheCreationInputTokens);
    }

    [Fact]
    public async Task Read_OfAThinker_CountsItsThoughts() =>
        Assert.Equal(3, (await AnswerAsync(Ask("[hm]so"))).Usage.OutputTokensDetails!.ThinkingTokens);

    [Theory]
    [InlineData("""{"a": 1.0,  "b":"\ud800"}""", """{"a": 1.0,  "b":"\ud800"}""")]
    [InlineData("""{"a":""", "{}")]
    [InlineData("", "{}")]
    [InlineData("[1]", "{}")]
    public void InputOf_Arguments_IsVerbatimOrEmpty(string json, string input)
    {
        var block = new ToolUseBlock("t", "f", ToolUseBlock.InputOf(json));

        Assert.Equal(
            $$"""{"type":"tool_use","id":"t","name":"f","input":{{input}}}""", JsonSerializer.Serialize<ContentBlock>(block, s_wire.ContentBlock));
    }

    private static MessagesRequest Ask(string text) => new(BracketFormat.Ask(text) with { IdPrefix = "msg_" });

    private static async Task<Message> AnswerAsync(MessagesRequest request, ScriptedRunnerOptions? script = null)
    {
        await using var world = new ChatWorld(script, format: BracketFormat.Value);
        return await AnswerAsync(world, request);
    }

    private static async Task<Message> AnswerAsync(ChatWorld world, MessagesRequest request)
    {
        await using var generation = world.Start(request.Chat);
        return await MessageAnswer.ReadAsync(generation, request, default).WaitAsync(TimeSpan.FromSeconds(120));
    }
}
