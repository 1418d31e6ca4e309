using System.Collections.Frozen;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// The fields of OpenAI's API and of its peers (vLLM, llama.cpp, SGLang, TGI, Ollama) that change an answer and are not implemented, those
/// that a peer has since removed as well (contract A.1). Each may be null or hold a value that asks for nothing, because clients send such
/// defaults; any other value is refused by name: ignoring it would change what the caller gets without a word. A field that does no more
/// than qualify another one is not listed; the other one is.
/// </summary>
internal static partial class UnsupportedFields
{
    private static readonly Field[] s_fields =
    [
        // OpenAI
        new("modalities", value => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => IsText(item, "text"))),
        new("audio", Never),
        new("web_search_options", IsEmpty),
        new("max_output_tokens", Never, "use max_completion_tokens"),
        new("suffix", value => IsText(value, "")),
        new("extra_body", IsEmpty, "send its members beside messages, as the SDKs do"),

        // vLLM
        new("structural_tag", Never),
        new("allowed_token_ids", Never),
        new("repetition_detection", Never),
        new("skip_special_tokens", IsTrue),
        new("include_stop_str_in_output", IsFalse),
        new("echo", IsFalse),
        new("add_special_tokens", IsFalse),
        new("best_of", value => IsNumber(value, 1), "use n"),
        new("use_beam_search", IsFalse),
        new("length_penalty", value => IsNumber(value, 1)),
        new("early_stopping", IsFalse),
        new("watermarking", IsFalse),
        new("truncate_prompt_tokens", Never),
        new("prompt_logprobs", IsFalse),
        new("logprob_token_ids", IsEmpty),
        new("logits_processors", IsEmpty),
        new("vllm_xargs", IsEmpty),
        new("chat_template", Never),
        new("return_prompt_text", IsFalse),
        new("return_token_ids", IsFalse),
        new("return_tokens_as_token_ids", IsFalse),
        new("priority", value => IsNumber(value, 0)),
        new("request_id", Never),
        new("cache_salt", Never),

        // llama.cpp
        new("reasoning_format", value => IsText(value, "auto", "deepseek")),
        new("thinking_forced_open", IsFalse),
        new("samplers", Never),
        new("typical_p", value => IsNumber(value, 1)),
        new("typ_p", value => IsNumber(value, 1)),
        new("tfs_z", value => IsNumber(value, 1)),
        new("top_n_sigma", IsOff),
        new("mirostat", IsOff),
        new("dynatemp_range", IsOff),
        new("dry_multiplier", IsOff),
        new("xtc_probability", IsOff),
        new("adaptive_target", IsOff),
        new("repeat_penalty", value => IsNumber(value, 1), "use repetition_penalty"),
        new("n_cmpl", value => IsNumber(value, 1), "use n"),
        new("n_indent", IsOff),
        new("n_predict", value => IsNumber(value, -1), "use max_tokens"),
        new("n_probs", IsOff, "use top_logprobs"),
        new("t_max_predict_ms", IsOff, "use the header X-Request-Timeout"),
        new("lora", IsEmpty),
        new("image_data", IsEmpty),
        new("return_tokens", IsFalse),
        new("post_sampling_probs", IsFalse),
        new("response_fields", IsEmpty),
        new("return_progress", IsFalse),
        new("timings_per_token", IsFalse),

        // SGLang
        new("min_new_tokens", IsOff, "use min_tokens"),
        new("max_new_tokens", Never, "use max_tokens"),
        new("stop_regex", IsEmpty),
        new("no_stop_trim", IsFalse),
        new("lora_path", Never),
        new("custom_logit_processor", Never),
        new("input_ids", Never),
        new("session_params", IsEmpty),
        new("sampling_params", IsEmpty, "send its members beside messages"),
        new("task", Never),
        new("return_hidden_states", IsFalse),
        new("return_routed_experts", IsFalse),
        new("return_prompt_token_ids", IsFalse),
        new("return_meta_info", IsFalse),

        // TGI
        new("stop_sequences", IsEmpty, "use stop"),
        new("truncate", Never),
        new("watermark", IsFalse),
        new("do_sample", IsTrue, "use temperature 0"),
        new("num_beams", value => IsNumber(value, 1)),
        new("top_n_tokens", IsOff, "use top_logprobs"),
        new("details", IsFalse),
        new("decoder_input_details", IsFalse),
        new("return_full_text", IsFalse),
        new("adapter_id", Never),
        new("tool_prompt", Never),
        new("guideline", IsEmpty),
        new("parameters", IsEmpty),

        // Ollama
        new("format", value => IsText(value, "")),
        new("options", IsEmpty),
        new("num_predict", value => IsNumber(value, -1), "use max_tokens"),
        new("system", value => IsText(value, ""), "use a message of role system"),
        new("template", value => IsText(value, "")),
        new("images", IsEmpty),
        new("raw", IsFalse),
    ];

    // Of chat, in a request for a completion of text.
    private static readonly Field[] s_chatFields =
    [
        new("messages", IsEmpty, "use prompt, or POST /v1/chat/completions"),
        new("top_logprobs", IsOff, "use logprobs, here a number"),
        new("tools", IsEmpty, "use POST /v1/chat/completions"),
        new("tool_choice", value => IsText(value, "none", "auto"), "use POST /v1/chat/completions"),
        new("documents", IsEmpty, "write them into prompt"),
        new("chat_template_kwargs", IsEmpty, "use POST /v1/chat/completions"),
        new("add_generation_prompt", IsFalse, "use POST /v1/chat/completions"),
        new("continue_final_message", IsFalse, "use POST /v1/chat/completions"),
        new("prompt_embeds", Never, "use prompt"),
        new("functions", IsEmpty, "use POST /v1/chat/completions"),
        new("function_call", value => IsText(value, "none", "auto"), "use POST /v1/chat/completions"),
        new("parallel_tool_calls", IsBoolean),
        new("reasoning_effort", value => IsText(value, "none"), "use POST /v1/chat/completions"),
        new("include_reasoning", IsBoolean),
        new("thinking_token_budget", value => IsNumber(value, -1)),
        new("reasoning_budget_tokens", value => IsNumber(value, -1)),
        new("thinking_budget", value => IsNumber(value, -1)),
        new("reasoning", IsDisabled, "use POST /v1/chat/completions"),
        new("think", IsFalse, "use POST /v1/chat/completions"),
        new("enable_thinking", IsFalse, "use POST /v1/chat/completions"),
        new("thinking", IsDisabled, "use POST /v1/chat/completions"),
    ];

    // Of chat under another name, and what outlives a request, in a request for a response.
    private static readonly Field[] s_fieldsAgainstResponses =
    [
        new("background", IsFalse, "ask for a stream"),
        new("conversation", Never, "use previous_response_id"),
        new("context_management", IsEmpty),
        new("prompt", Never, "use input and instructions"),
        new("moderation", Never),
        new("messages", IsEmpty, "use input, or POST /v1/chat/completions"),
        new("max_tokens", Never, "use max_output_tokens"),
        new("max_completion_tokens", Never, "use max_output_tokens"),
        new("response_format", Never, "use text.format"),
        new("reasoning_effort", Never, "use reasoning.effort"),
        new("logprobs", IsFalse, "use include with message.output_text.logprobs"),
        new("n", value => IsNumber(value, 1)),
        new("documents", IsEmpty, "write them into input"),
        new("add_generation_prompt", IsTrue),
        new("continue_final_message", IsFalse),
    ];

    /// <summary>Those that a request for a response may have.</summary>
    private static readonly string[] s_responseFields = ["max_output_tokens", "parallel_tool_calls", "reasoning"];

    /// <summary>Those that a request for a completion of text may have.</summary>
    private static readonly string[] s_completionFields = ["echo", "add_special_tokens", "best_of"];

    private static readonly FrozenDictionary<string, Field> s_ofChat = s_fields.ToFrozenDictionary(field => field.Name);
    private static readonly FrozenDictionary<string, Field> s_ofCompletions =
        s_fields.Where(field => !s_completionFields.Contains(field.Name)).Concat(s_chatFields).ToFrozenDictionary(field => field.Name);

    private static readonly FrozenDictionary<string, Field> s_ofResponses = s_fieldsAgainstResponses
        .Concat(s_fields.Where(field => !s_responseFields.Contains(field.Name)))
        .DistinctBy(field => field.Name).ToFrozenDictionary(field => field.Name);

    /// <summary>What chat refuses.</summary>
    public static IEnumerable<string> ChatNames => s_ofChat.Keys;

    /// <summary>What a request for a completion of text may not have.</summary>
    public static IEnumerable<string> CompletionNames => s_ofCompletions.Keys;

    /// <summary>What a request for a response may not have.</summary>
    public static IEnumerable<string> ResponseNames => s_ofResponses.Keys;

    /// <summary>Reports the first unsupported field of a chat request whose value asks for something.</summary>
    public static void CheckChat(JsonField root) => Check(root, s_ofChat);

    /// <summary>The same of a request for a completion of text.</summary>
    public static void CheckCompletion(JsonField root) => Check(root, s_ofCompletions);

    /// <summary>The same of a request for a response.</summary>
    public static void CheckResponses(JsonField root) => Check(root, s_ofResponses);

    /// <summary>An empty list, object or text.</summary>
    public static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };

    private static void Check(JsonField root, FrozenDictionary<string, Field> unsupported)
    {
        foreach (var member in root.Value.EnumerateObject())
        {
            if (unsupported.TryGetValue(member.Name, out var field) && root[field.Name] is { IsPresent: true } given && !field.AsksForNothing(given.Value))
            {
                given.RefuseUnsupported($"{field.Name} is not supported by this server: {field.Instead}.");
                return;
            }
        }
    }

    private static bool Never(JsonElement value) => false;

    private static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.True;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsBoolean(JsonElement value) => IsTrue(value) || IsFalse(value);

    private static bool IsText(JsonElement value, params ReadOnlySpan<string> texts)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        foreach (var text in texts)
        {
            if (value.ValueEquals(text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNumber(JsonElement value, double number) => value.ValueKind == JsonValueKind.Number && value.GetDouble() == number;

    /// <summary>Zero or less, which turns such a number off.</summary>
    private static bool IsOff(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetDouble() <= 0;

    /// <summary>The ways in which thinking is turned off: false, type disabled, effort none, enabled false.</summary>
    private static bool IsDisabled(JsonElement value) => IsFalse(value) || IsEmpty(value) || (value.ValueKind == JsonValueKind.Object
        && ((value.TryGetProperty("type", out var type) && IsText(type, "disabled"))
            || (value.TryGetProperty("effort", out var effort) && IsText(effort, "none"))
            || (value.TryGetProperty("enabled", out var enabled) && IsFalse(enabled))));

    /// <param name="Name">The field.</param>
    /// <param name="AsksForNothing">Whether a value, which is not null, changes nothing.</param>
    /// <param name="Instead">What the client should do.</param>
    private sealed record Field(string Name, Func<JsonElement, bool> AsksForNothing, string Instead = "leave it out");
}
