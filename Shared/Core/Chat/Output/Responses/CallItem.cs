using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Output.Responses;

/// <summary>A call of a function.</summary>
internal sealed class CallItem(string id, int index, string callId, string function) : OutputItem(id, index)
{
    /// <summary>What some clients need where the model gave no arguments at all.</summary>
    private const string NoArguments = "{}";

    /// <inheritdoc/>
    public override AnswerPartKind Kind => AnswerPartKind.ToolArguments;

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> Begin() => [Added(Item(Running, ""))];

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> End(string status)
    {
        var isEmpty = Text.Length == 0;
        var arguments = isEmpty ? NoArguments : Text;
        ResponseEvent[] end =
        [
            Within("response.function_call_arguments.done") with { Name = function, Arguments = arguments },
            Done(Item(status, arguments)),
        ];
        return isEmpty ? [Delta(NoArguments, null), .. end] : end;
    }

    /// <inheritdoc/>
    protected override ResponseEvent Delta(string text, IReadOnlyList<TokenLogprob>? logprobs) =>
        Within("response.function_call_arguments.delta") with { Delta = text };

    private ResponseItem Item(string status, string arguments) =>
        new("function_call") { Id = Id, Status = status, CallId = callId, Name = function, Arguments = arguments };
}
