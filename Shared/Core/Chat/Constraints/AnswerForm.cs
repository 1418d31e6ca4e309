using System.Text.Json;
using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>What of a request decides which answers are right.</summary>
internal sealed record AnswerForm
{
    /// <summary>The form of the text; null for any.</summary>
    public ResponseFormat? Text { get; init; }

    /// <summary>The tools that may be called, each with its place in the request.</summary>
    public IReadOnlyList<(int Index, ToolDefinition Tool)> Tools { get; init; } = [];

    /// <summary>Whether they are, where they are held to their schemas.</summary>
    public ToolChoiceMode Choice { get; init; } = ToolChoiceMode.None;

    /// <summary>False for one call at most.</summary>
    public bool IsParallel { get; init; } = true;

    /// <summary>How the model thinks before it answers; null where it does not.</summary>
    public ReasoningFormat? Reasoning { get; init; }

    /// <summary>True when the answer begins inside of the reasoning.</summary>
    public bool ReasoningIsOpen { get; init; }

    /// <summary>True when there is more to a grammar than that anything may come.</summary>
    public bool IsLimited => Text is not null || Choice != ToolChoiceMode.None;

    /// <summary>What a request asks of a model's answers.</summary>
    public static AnswerForm Of(GenerationRequest request, MessageFormat? format, bool promptOpensReasoning)
    {
        var form = new AnswerForm { Text = request.ResponseFormat };
        return request is not ChatCompletionRequest chat ? form : form with
        {
            Tools =
            [
                .. chat.Functions.Select((tool, index) => (tool.SentIndex ?? index, tool))
                    .Where(each => chat.ToolChoice is not { Mode: ToolChoiceMode.Named, Name: var name } || each.tool.Name == name),
            ],
            Choice = ChoiceOf(chat, format),
            IsParallel = chat.ParallelToolCalls,
            Reasoning = promptOpensReasoning || MayThink(chat) ? format?.Reasoning : null,
            ReasoningIsOpen = promptOpensReasoning,
        };
    }

    /// <summary>Two forms with the same key have the same grammar.</summary>
    public string Key() => string.Join('\n',
    [
        $"{Text?.Path} {Text?.IsStrict} {Text?.Schema?.GetRawText()}",
        JsonSerializer.Serialize<string?[]>([Text?.Pattern, Text?.Grammar]),
        $"{(Text?.Choices is { } choices ? JsonSerializer.Serialize(choices) : null)}",
        $"{Choice} {IsParallel} {Reasoning is not null} {ReasoningIsOpen}",
        .. Tools.Select(tool => $"{tool.Index} {tool.Tool.Name} {tool.Tool.IsStrict} {tool.Tool.Parameters?.GetRawText()}"),
    ]);

    private static bool MayThink(ChatCompletionRequest chat) => chat.EnableThinking ?? chat.ReasoningEffort != "none";

    /// <summary>Where the model decides and nothing is strict, calls need no grammar: what is not one is text.</summary>
    private static ToolChoiceMode ChoiceOf(ChatCompletionRequest chat, MessageFormat? format) => chat switch
    {
        { Functions.Count: 0 } => ToolChoiceMode.None,
        { ToolChoice.Mode: not ToolChoiceMode.Auto and var mode } => mode,
        _ when format?.Tools is null => ToolChoiceMode.None,
        _ => chat.ResponseFormat is not null || chat.Functions.Any(tool => tool.IsStrict) ? ToolChoiceMode.Auto : ToolChoiceMode.None,
    };
}
