using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// The fields of contract A.1 that are not implemented. Each may be null or hold the value that asks for nothing, because clients send
/// such defaults; any other value is refused by name: ignoring it would change what the caller gets without a word.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, Func<JsonElement, bool> AsksForNothing)[] _fields =
    [
        ("functions", IsEmpty),
        ("function_call", value => IsText(value, "none") || IsText(value, "auto")),
        ("parallel_tool_calls", IsBoolean),
        ("response_format", value => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var type) && IsText(type, "text")),
        ("structured_outputs", Never),
        ("modalities", value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => IsText(item, "text"))),
        ("audio", Never),
        ("reasoning_effort", value => IsText(value, "none")),
        ("include_reasoning", IsBoolean),
        ("thinking_token_budget", value => IsNumber(value, -1)),
        ("reasoning_budget_tokens", value => IsNumber(value, -1)),
        ("typical_p", value => IsNumber(value, 1)),
        ("allowed_token_ids", Never),
        ("repetition_detection", Never),
        ("skip_special_tokens", value => value.ValueKind == JsonValueKind.True),
        ("include_stop_str_in_output", IsFalse),
        ("echo", IsFalse),
        ("return_token_ids", IsFalse),
        ("return_tokens_as_token_ids", IsFalse),
        ("return_progress", IsFalse),
        ("timings_per_token", IsFalse),
        ("priority", value => IsNumber(value, 0)),
        ("request_id", Never),
        ("cache_salt", Never),
    ];

    /// <summary>Reports the first unsupported field whose value asks for something.</summary>
    public static void Check(JsonField root, FieldErrors errors)
    {
        foreach (var (name, asksForNothing) in _fields)
        {
            var field = root[name];
            if (field.IsPresent && !asksForNothing(field.Value))
            {
                errors.Add(ApiError.UnsupportedParameter(name, $"{name} is not supported by this server: leave it out."));
                return;
            }
        }
    }

    private static bool Never(JsonElement value) => false;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsBoolean(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool IsText(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

    private static bool IsNumber(JsonElement value, double number) => value.ValueKind == JsonValueKind.Number && value.GetDouble() == number;

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
