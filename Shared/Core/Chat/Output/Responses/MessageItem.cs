using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Output.Responses;

/// <summary>A message: one part of text.</summary>
internal sealed class MessageItem(string id, int index) : OutputItem(id, index)
{
    private List<TokenLogprob>? _logprobs;

    /// <inheritdoc/>
    public override AnswerPartKind Kind => AnswerPartKind.Content;

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> Begin() =>
        [Added(Item(Running, [])), WithinPart("response.content_part.added") with { Part = ResponsePart.Output("") }];

    /// <inheritdoc/>
    public override IEnumerable<ResponseEvent> End(string status)
    {
        var part = ResponsePart.Output(Text, _logprobs);
        return
        [
            WithinPart("response.output_text.done") with { Text = part.Text, Logprobs = part.Logprobs },
            WithinPart("response.content_part.done") with { Part = part },
            Done(Item(status, [part])),
        ];
    }

    /// <inheritdoc/>
    protected override ResponseEvent Delta(string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        if (logprobs is not null)
        {
            (_logprobs ??= []).AddRange(logprobs);
        }

        return WithinPart("response.output_text.delta") with { Delta = text, Logprobs = logprobs ?? [] };
    }

    private ResponseItem Item(string status, IReadOnlyList<ResponsePart> content) =>
        new("message") { Id = Id, Status = status, Role = "assistant", Content = content };

    private ResponseEvent WithinPart(string type) => Within(type) with { ContentIndex = 0 };
}
