using System.Text;
using System.Text.Json.Nodes;
using Rill.Chat.Input.Messages;

namespace Rill.Core.Tests.Chat.Input.Messages;

/// <summary>Requests that are wrong somewhere are refused with 400, or read; nothing is thrown.</summary>
public sealed class MessagesRobustnessTests
{
    private const string Whole = """
        {"model":"scripted","max_tokens":100,"stream":true,"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":"b"},{"role":"system","content":[{"type":"text","text":"c"}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"d"},{"type":"tool_use","id":"t","name":"f","input":{"e":[1,{"g":null}]}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"h"}],"is_error":true},{"type":"text","text":"i"}]}],
        "tools":[{"type":"custom","name":"f","description":"j","input_schema":{"type":"object"},"strict":true,"defer_loading":false}],
        "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
        "thinking":{"type":"enabled","budget_tokens":5,"display":"omitted"},
        "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},
        "stop_sequences":["k"],"temperature":1,"top_p":1,"top_k":1}
        """;

    private static readonly string[] s_odd = ["null", "0", "-1.5", "1e300", "true", "\"\"", "\"\\ud800\"", "\"text\"", "[]", "[null]", "[[]]", "{}", "{\"type\":3}", "{\"\\ud800\":1}"];

    [Fact]
    public void TryRead_WithAnyValueReplaced_NeverThrows()
    {
        var read = 0;
        var refused = 0;
        foreach (var path in Paths(JsonNode.Parse(Whole)!, "$").Where(path => path == "$" || Find(JsonNode.Parse(Whole), path) is not null).ToList())
        {
            foreach (var odd in s_odd)
            {
                var json = Replace(path, odd);
                if (MessagesRequestReader.TryRead(new(Encoding.UTF8.GetBytes(json)), out _, out var error))
                {
                    read++;
                }
                else
                {
                    Assert.True(error.Status == 400, $"{path} as {odd}: {error.Status}");
                    refused++;
                }
            }
        }

        Assert.True(read > 100 && refused > 300, $"{read} were read, {refused} refused.");
    }

    [Fact]
    public void TryRead_OfDamagedBodies_NeverThrows()
    {
        var random = new Random(1);
        byte[] seed = Encoding.UTF8.GetBytes(Whole);
        byte[] bytes = [.. "{}[]\",:\\ud8e-+.0157nulltrue"u8, 0xFF, 0xC3, 0];
        for (var i = 0; i < 10_000; i++)
        {
            var body = (byte[])seed.Clone();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = bytes[random.Next(bytes.Length)];
            }

            var read = MessagesRequestReader.TryRead(new(body), out var request, out var error);

            Assert.True(read ? request is not null && error is null : request is null && error is { Status: 400 });
        }
    }

    /// <summary>The texts of the places of a document.</summary>
    private static IEnumerable<string> Paths(JsonNode? node, string path)
    {
        yield return path;
        var members = node switch
        {
            JsonObject container => container.Select(member => (member.Value, Path: $"{path}.{member.Key}")),
            JsonArray list => list.Select((item, index) => (item, Path: $"{path}[{index}]")),
            _ => [],
        };
        foreach (var (value, inner) in members)
        {
            foreach (var found in Paths(value, inner))
            {
                yield return found;
            }
        }
    }

    private static string Replace(string path, string odd)
    {
        const string mark = "[replaced]";
        if (path == "$")
        {
            return odd;
        }

        var root = JsonNode.Parse(Whole)!;
        var node = Find(root, path)!;
        node.ReplaceWith(mark);
        return root.ToJsonString().Replace($"\"{mark}\"", odd, StringComparison.Ordinal);
    }

    private static JsonNode? Find(JsonNode? node, string path) => node?.GetPath() == path ? node : node switch
    {
        JsonObject container => container.Select(member => Find(member.Value, path)).FirstOrDefault(found => found is not null),
        JsonArray list => list.Select(item => Find(item, path)).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
