using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>
/// What a request may say beyond <see cref="ChatOptions"/>: its additional properties, under their names in the server's API. Others are
/// refused: ignoring them would change what the caller gets without a word.
/// </summary>
internal static class FieldsOfOurOwn
{
    /// <summary>Microsoft's name for schemas that must be enforced, which is written where the schema stands.</summary>
    private const string Strict = "strict";

    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        // Sampling
        "min_p", "repetition_penalty", "logit_bias", "stop_token_ids", "bad_words", "min_tokens", "ignore_eos", "logprobs", "top_logprobs",

        // The form of the answer
        "structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "regex", "grammar", "ebnf",

        // Thinking
        "enable_thinking", "reasoning_effort", "include_reasoning", "thinking_token_budget", "reasoning_budget_tokens", "thinking_budget",

        // The prompt
        "chat_template_kwargs", "documents", "add_generation_prompt", "continue_final_message",
    };

    /// <summary>Whether schemas must be enforced; null where nothing is said.</summary>
    /// <exception cref="NotSupportedException">It is neither true nor false.</exception>
    public static bool? IsStrict(IReadOnlyDictionary<string, object?>? properties) => properties?.GetValueOrDefault(Strict) switch
    {
        null => null,
        bool value => value,
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetBoolean(),
        _ => throw new NotSupportedException("AdditionalProperties[\"strict\"] must be true or false."),
    };

    /// <summary>Writes them.</summary>
    /// <exception cref="NotSupportedException">One is not known.</exception>
    public static void Write(Utf8JsonWriter writer, AdditionalPropertiesDictionary? properties)
    {
        foreach (var (name, value) in properties ?? [])
        {
            if (s_names.Contains(name))
            {
                Values.Write(writer, name, value);
            }
            else if (name != Strict)
            {
                var known = string.Join(", ", s_names.Order(StringComparer.Ordinal));
                throw new NotSupportedException($"ChatOptions.AdditionalProperties[\"{name}\"] is not supported; known are {known} and {Strict}.");
            }
        }
    }
}
