using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Output.Responses;

/// <summary>Reasoning: one part of text, as a summary or as it is.</summary>
internal sealed class ReasoningItem(string id, int index, ReasoningStyle style) : OutputItem(id, index)
{
    /// <inheritdoc/>
    public override AnswerPartKind Kind => AnswerPartKind.Reasoning;

    private bool IsSummary => style == ReasoningStyle.Summary;

    private string TextEvent => IsSummary ? "response.reasoning_summary_text" : "response.reasoning_text";

    private string PartEvent => IsSummary ? "response.reasoning_summary_part" : "response.content_part";

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> Begin() =>
        [Added(Item(Running, null)), WithinPart($"{PartEvent}.added") with { Part = Part("") }];

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> End(string status)
    {
        var text = Text;
        return
        [
            WithinPart($"{TextEvent}.done") with { Text = text },
            WithinPart($"{PartEvent}.done") with { Part = Part(text) },
            Done(Item(status, text)),
        ];
    }

    /// <inheritdoc/>
    protected override ResponseEvent Delta(string text, IReadOnlyList<TokenLogprob>? logprobs) =>
        WithinPart($"{TextEvent}.delta") with { Delta = text };

    /// <summary>The summary is there in both styles, since some clients read nothing else of a whole answer.</summary>
    private ResponseItem Item(string status, string? text) => new("reasoning")
    {
        Id = Id,
        Status = status,
        Summary = text is null ? [] : [ResponsePart.Summary(text)],
        Content = IsSummary ? null : text is null ? [] : [ResponsePart.Reasoning(text)],
    };

    private ResponsePart Part(string text) => IsSummary ? ResponsePart.Summary(text) : ResponsePart.Reasoning(text);

    private ResponseEvent WithinPart(string type) =>
        IsSummary ? Within(type) with { SummaryIndex = 0 } : Within(type) with { ContentIndex = 0 };
}
