using System.Text.Json;
using Rill.Chat.Format;
using Rill.Chat.Format.Named;
using Rill.Chat.Output.Parsing;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output.Parsing;

/// <summary>The reference vectors of answers with reasoning and tool calls, cut into tokens in every way.</summary>
public sealed class ToolCallVectorTests
{
    private static readonly string[] s_marks =
    [
        "<tool_call>", "</tool_call>", "<think>", "</think>", "[TOOL_CALLS]", "[CALL_ID]", "[ARGS]", "[THINK]", "[/THINK]", "<|python_tag|>",
        "<|channel|>", "<|message|>", "<|end|>", "<|start|>", "<|call|>", "<|return|>", "<|constrain|>",
    ];

    [SkippableFact]
    public void Parse_OfEveryVectorCutAnyway_GivesItsParts()
    {
        var cases = JsonDocument.Parse(File.ReadAllText(Vectors.Path("tool-calls", "cases.json"))).RootElement.EnumerateArray().ToList();
        var random = new Random(12);
        Assert.Equal(26, cases.Count);
        foreach (var vector in cases)
        {
            var raw = vector.GetProperty("raw").GetString()!;
            var (format, context) = Read(vector.GetProperty("parser").GetString()!, raw);
            foreach (var marks in new[] { [], s_marks })
            {
                Check(vector, ParsedText.Of(format, raw, context, marks, () => 1));
                Check(vector, ParsedText.Of(format, raw, context, marks, () => int.MaxValue));
                for (var round = 0; round < 50; round++)
                {
                    Check(vector, ParsedText.Of(format, raw, context, marks, () => random.Next(1, 12)));
                }
            }
        }
    }

    private static (MessageFormat Format, ParserContext Context) Read(string parser, string raw)
    {
        ToolDefinition[] tools =
        [
            new("get_weather", Schema("""{"properties":{"city":{"type":"string"},"days":{"type":"integer"}}}"""), false),
            new("write", Schema("""{"properties":{"text":{"type":"string"}}}"""), false),
            .. new[] { "add", "ping", "a", "b" }.Select(name => new ToolDefinition(name, null, false)),
        ];
        var name = parser switch
        {
            "mistral" when raw.StartsWith("[TOOL_CALLS][", StringComparison.Ordinal) => "mistral_v3",
            "deepseek_r1" => "think",
            "gpt_oss" => "harmony",
            _ => parser,
        };
        return (NamedFormats.Find(name)!, new() { Tools = tools, ReasoningIsOpen = parser == "deepseek_r1" });
    }

    private static JsonElement Schema(string json) => JsonDocument.Parse(json).RootElement;

    private static void Check(JsonElement vector, ParsedText parsed)
    {
        var raw = vector.GetProperty("raw").GetString()!;
        Assert.Equal((raw, vector.GetProperty("content").GetString() ?? ""), (raw, parsed.Content));
        Assert.Equal((raw, vector.GetProperty("reasoning").GetString() ?? ""), (raw, parsed.Reasoning));
        var calls = vector.GetProperty("tool_calls").EnumerateArray().ToList();
        Assert.Equal(calls.Select(call => (call.GetProperty("name").GetString()!, call.GetProperty("arguments").GetString()!)), parsed.Calls.Select(call => (call.Name, call.Arguments)));
        foreach (var (call, expected) in parsed.Calls.Zip(calls))
        {
            if (expected.TryGetProperty("id", out var id))
            {
                Assert.Equal(id.GetString(), call.Id);
            }
            else
            {
                Assert.Matches("^(call_[A-Za-z0-9]{24}|[A-Za-z0-9]{9})$", call.Id);
            }
        }
    }
}
