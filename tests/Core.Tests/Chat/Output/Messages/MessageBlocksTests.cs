using System.Text.Json;
using Rill.Anthropic;
using Rill.Chat.Output;
using Rill.Chat.Output.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output.Messages;

/// <summary>The events of a streamed answer's blocks.</summary>
public sealed class MessageBlocksTests
{
    private static readonly AnthropicJson s_wire = AnthropicJson.With(WireEncoder.Instance);

    [Fact]
    public void Add_Parts_MakesBlocksThatStartGoOnAndStop()
    {
        var events = EventsOf(
            omitsThinking: false,
            AnswerPart.Reasoning("h"), AnswerPart.Reasoning("m"), AnswerPart.Content("on"), AnswerPart.Content(" it"),
            AnswerPart.ToolCall(0, "c1", "get"), AnswerPart.ToolArguments(0, "{\"a\""), AnswerPart.ToolArguments(0, ": 1}"));

        Assert.Equal(
            [
                """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m"}}""",
                $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"{{{ThinkingSignature.Of("hm", carriesText: false)}}}"}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"on"}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" it"}}""",
                """{"type":"content_block_stop","index":1}""",
                """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c1","name":"get","input":{}}}""",
                """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}""",
                """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":": 1}"}}""",
                """{"type":"content_block_stop","index":2}""",
            ],
            events);
    }

    [Fact]
    public void Add_CallsWithoutArguments_GivesEachAnEmptyObject()
    {
        var events = EventsOf(omitsThinking: false, AnswerPart.ToolCall(0, "c1", "get"), AnswerPart.ToolCall(1, "c2", "put"));

        Assert.Equal(2, events.Count(told => told.EndsWith("""{"type":"input_json_delta","partial_json":"{}"}}""", StringComparison.Ordinal)));
        Assert.Equal(2, events.Count(told => told.Contains("content_block_stop", StringComparison.Ordinal)));
    }

    [Fact]
    public void Add_ThoughtsToBeOmitted_TellsTheirSignatureAlone()
    {
        var events = EventsOf(omitsThinking: true, AnswerPart.Reasoning("h"), AnswerPart.Reasoning("m"), AnswerPart.Content("so"));

        Assert.Equal("""{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""", events[0]);
        Assert.Contains(ThinkingSignature.Of("hm", carriesText: true), events[1], StringComparison.Ordinal);
        Assert.Equal("""{"type":"content_block_stop","index":0}""", events[2]);
    }

    [Fact]
    public void Add_ThoughtsAfterText_StartsABlockOfTheirOwn()
    {
        var events = EventsOf(omitsThinking: false, AnswerPart.Reasoning("a"), AnswerPart.Content("b"), AnswerPart.Reasoning("c"));

        Assert.Contains(ThinkingSignature.Of("c", carriesText: false), events[^2], StringComparison.Ordinal);
        Assert.Equal("""{"type":"content_block_stop","index":2}""", events[^1]);
    }

    private static List<string> EventsOf(bool omitsThinking, params AnswerPart[] parts)
    {
        var events = new List<string>();
        var blocks = new MessageBlocks(told => events.Add(JsonSerializer.Serialize(told, s_wire.MessageEvent)), omitsThinking);
        foreach (var part in parts)
        {
            blocks.Add(part);
        }

        blocks.Close();
        blocks.Close();
        return events;
    }
}
