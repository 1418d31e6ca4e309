using System.Text.Json;
using Rill.Chat.Output.Parsing;
using Rill.OpenAI;

namespace Rill.Chat.Format.Derivation;

/// <summary>Tries a format on a conversation that it was not derived from.</summary>
internal static class FormatCheck
{
    private static readonly (string Name, string Arguments)[] s_calls =
    [
        ("look_up", """{"place": "Zürich \"West\"\nline", "days": -3, "exact": true, "filter": {"kind": ["a", "b}"], "least": 1.5}}"""),
        ("add-up", """{"numbers": [1, 2], "label": "x < y & </z> 12"}"""),
    ];

    private static readonly JsonElement s_tools = JsonDocument.Parse(
        """
        [
          {"type": "function", "function": {"name": "look_up", "description": "Looks up.", "parameters": {"type": "object", "properties": {
            "place": {"type": "string", "description": "Where."}, "days": {"type": "integer", "description": "How many."},
            "exact": {"type": "boolean", "description": "Whether."}, "filter": {"type": "object", "description": "What."}}, "required": ["place"]}}},
          {"type": "function", "function": {"name": "add-up", "description": "Adds.", "parameters": {"type": "object", "properties": {
            "numbers": {"type": "array", "description": "What.", "items": {"type": "integer"}}, "label": {"type": "string", "description": "How."}}, "required": []}}}
        ]
        """).RootElement;

    private static readonly ParserContext s_context = new()
    {
        Tools = [.. s_tools.EnumerateArray().Select(tool => tool.GetProperty("function"))
            .Select(function => new ToolDefinition(function.GetProperty("name").GetString()!, function.GetProperty("parameters"), IsStrict: false))],
    };

    /// <summary>True when the calls that the template writes are read as what they are.</summary>
    public static bool Reads(MessageFormat format, TurnShape turn, TemplateProbe probe)
    {
        var calls = s_calls.Take(format.Tools!.Parallel ? 2 : 1).ToList();
        var before = probe.Prompt(generates: false, tools: s_tools) ?? "";
        foreach (var (content, argumentsAreText) in new[] { ("", false), (null, false), ("", true), (null, true) })
        {
            var others = new Dictionary<string, object?> { ["tool_calls"] = calls.Select((call, index) => ToTemplate(call, index, argumentsAreText)).ToList() };
            if (probe.Answer(content, others, s_tools) is { } answer
                && Same(calls, AnswerReading.Read(turn.Body(Atoms.Without(answer, before)), format, null, s_context).Calls))
            {
                return true;
            }
        }

        return false;
    }

    private static Dictionary<string, object?> ToTemplate((string Name, string Arguments) call, int index, bool argumentsAreText) => new()
    {
        ["id"] = index == 0 ? "f00DF00d1" : "f00DF00d2",
        ["type"] = "function",
        ["function"] = new Dictionary<string, object?>
        {
            ["name"] = call.Name,
            ["arguments"] = argumentsAreText ? call.Arguments : JsonDocument.Parse(call.Arguments).RootElement,
        },
    };

    private static bool Same(List<(string Name, string Arguments)> expected, IReadOnlyList<ParsedCall> actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(pair => pair.First.Name == pair.Second.Name && SameJson(pair.First.Arguments, pair.Second.Arguments));

    private static bool SameJson(string expected, string actual)
    {
        try
        {
            using var document = JsonDocument.Parse(actual);
            return JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
