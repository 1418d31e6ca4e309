using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// Reads how much the model is to think, and whether its thoughts are told, under the names of OpenAI (reasoning_effort), vLLM
/// (include_reasoning, thinking_token_budget), llama.cpp (reasoning_budget_tokens), Qwen's servers (enable_thinking, thinking_budget), OpenRouter
/// (reasoning), Ollama (think) and others (thinking).
/// </summary>
internal static class ReasoningFields
{
    private static readonly string[] s_efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
    private static readonly string[] s_budgets = ["thinking_token_budget", "reasoning_budget_tokens", "thinking_budget"];

    /// <summary>The request with its wishes.</summary>
    public static ChatCompletionRequest Read(JsonField fields, ChatCompletionRequest request)
    {
        var (reasoning, thinking) = (fields["reasoning"], fields["thinking"]);
        var nested = reasoning.CheckObject();
        return request with
        {
            ReasoningEffort = ReadEffort(fields["reasoning_effort"]) ?? (nested ? ReadEffort(reasoning["effort"]) : null) ?? EffortOf(fields["think"]),
            EnableThinking = fields["enable_thinking"].Bool() ?? FlagOf(fields["think"]) ?? ReadThinking(thinking) ?? (nested ? reasoning["enabled"].Bool() : null),
            ThinkingBudget = s_budgets.Select(name => ReadBudget(fields[name])).FirstOrDefault(budget => budget is not null)
                ?? (nested ? ReadBudget(reasoning["max_tokens"]) : null)
                ?? (thinking.Value.ValueKind == JsonValueKind.Object ? ReadBudget(thinking["budget_tokens"]) : null),
            IncludeReasoning = fields["include_reasoning"].Bool() ?? !(nested && (reasoning["exclude"].Bool() ?? false)),
        };
    }

    private static string? ReadEffort(JsonField field)
    {
        var effort = field.String();
        if (effort is null || s_efforts.Contains(effort))
        {
            return effort;
        }

        field.Refuse($"must be {string.Join(", ", s_efforts[..^1])} or {s_efforts[^1]}.");
        return null;
    }

    /// <summary>Ollama's field is a flag or an effort.</summary>
    private static string? EffortOf(JsonField think) => think.Value.ValueKind == JsonValueKind.String ? ReadEffort(think) : null;

    private static bool? FlagOf(JsonField think) => think.Value.ValueKind == JsonValueKind.String ? null : think.Bool();

    /// <summary>A flag, or an object with a type.</summary>
    private static bool? ReadThinking(JsonField field)
    {
        if (field.Value.ValueKind != JsonValueKind.Object)
        {
            return field.Bool();
        }

        var type = field["type"];
        switch (type.String())
        {
            case null:
                return null;
            case "enabled" or "adaptive" or "auto":
                return true;
            case "disabled":
                return false;
            default:
                type.Refuse("must be enabled, adaptive or disabled.");
                return null;
        }
    }

    /// <summary>-1 is no limit.</summary>
    private static int? ReadBudget(JsonField field)
    {
        var budget = field.Int();
        if (budget < -1)
        {
            field.Refuse("must be at least -1.");
        }

        return budget is >= 0 ? budget : null;
    }
}
