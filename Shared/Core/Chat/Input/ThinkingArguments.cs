using System.Globalization;
using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Chat.Input;

/// <summary>
/// Tells a chat template how much the model is to think, in the variables that templates know: <c>enable_thinking</c> (Qwen3, GLM),
/// <c>thinking</c> (DeepSeek, Granite), <c>reasoning_effort</c> (gpt-oss), <c>thinking_budget</c> (Seed-OSS). A template passes over those that it does not
/// know. What chat_template_kwargs says itself stays.
/// </summary>
internal static class ThinkingArguments
{
    /// <summary>The request's template variables with these.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Of(ChatCompletionRequest request)
    {
        var arguments = new Dictionary<string, JsonElement>();
        var wish = request.EnableThinking ?? (request.ReasoningEffort is null ? null : request.ReasoningEffort != "none");
        if (wish is { } thinks)
        {
            arguments["enable_thinking"] = arguments["thinking"] = JsonElement.Parse(thinks ? "true" : "false");
        }

        if (request.ReasoningEffort is { } effort)
        {
            arguments["reasoning_effort"] = JsonElement.Parse($"\"{effort}\"");
        }

        if (request.ThinkingBudget is { } budget)
        {
            arguments["thinking_budget"] = JsonElement.Parse(budget.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (name, value) in request.ChatTemplateKwargs)
        {
            arguments[name] = value;
        }

        return arguments;
    }
}
