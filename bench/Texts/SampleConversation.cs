using System.Text.Json;
using Rill.Text;

namespace Rill.Bench.Texts;

/// <summary>
/// A conversation of 50 messages with five tools: system, then user, an assistant's tool call, the tool's answer, and the assistant's
/// text, over and over; some with line breaks, quotes and letters beyond ASCII.
/// </summary>
internal static class SampleConversation
{
    private const int Messages = 50;

    /// <summary>The variables of a rendering, with the origins that the endpoint gives them.</summary>
    public static Dictionary<string, object?> Variables() => new()
    {
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["messages"] = Enumerable.Range(0, Messages).Select(Message).ToList(),
        ["tools"] = Enumerable.Range(0, 5).Select(Tool).ToList(),
        ["add_generation_prompt"] = true,
    };

    private static Dictionary<string, object?> Message(int index) => (index == 0 ? -1 : (index - 1) % 4) switch
    {
        -1 => Text("system", "You are a helpful assistant. Use the tools when they help, and answer in the user's language."),
        0 => Text("user", $"What will the weather be like in Zürich on day {index}?\nAnd \"roughly\" how warm, compared with day {index - 1}?"),
        1 => new()
        {
            ["role"] = "assistant",
            ["content"] = new RequestText(""),
            ["tool_calls"] = new List<object?> { Call(index) },
        },
        2 => new()
        {
            ["role"] = "tool",
            ["name"] = new RequestText("get_weather_0"),
            ["tool_call_id"] = new RequestText(CallId(index - 1)),
            ["content"] = new RequestText($"{{\"temperature\": {index % 30}.5, \"unit\": \"celsius\", \"sky\": \"cloudy\"}}"),
        },
        _ => Text("assistant", $"On day {index} it will be **{index % 30} °C** and cloudy in Zürich:\n\n- a little warmer than the day before,\n- no rain. ☁️"),
    };

    private static Dictionary<string, object?> Text(string role, string content) => new() { ["role"] = role, ["content"] = new RequestText(content) };

    private static string CallId(int index) => $"call{index:00000}";

    private static Dictionary<string, object?> Call(int index) => new()
    {
        ["id"] = new RequestText(CallId(index)),
        ["type"] = "function",
        ["function"] = new Dictionary<string, object?>
        {
            ["name"] = new RequestText("get_weather_0"),
            ["arguments"] = JsonElement.Parse($$"""{"city": "Zürich", "days": {{index}}, "unit": "celsius"}"""),
        },
    };

    private static object? Tool(int index) => JsonElement.Parse($$"""
        {
          "type": "function",
          "function": {
            "name": "get_weather_{{index}}",
            "description": "Get the weather for a place, with \"quotes\" and <angles>",
            "parameters": {
              "type": "object",
              "properties": {
                "city": { "type": "string", "description": "City, e.g. \"Zürich\"" },
                "unit": { "type": "string", "enum": ["celsius", "fahrenheit"] },
                "days": { "type": "integer", "description": "How many days ahead, 1 to 14" },
                "details": { "type": "object", "properties": { "wind": { "type": "boolean" }, "sky": { "type": "boolean" } } }
              },
              "required": ["city"]
            }
          }
        }
        """);
}
