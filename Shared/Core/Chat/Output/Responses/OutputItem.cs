using System.Text;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Output.Responses;

/// <summary>An item of a response while it is being said: what it has so far, and the events that tell of it.</summary>
/// <param name="id">The item's id.</param>
/// <param name="index">Its place in the output, from 0.</param>
internal abstract class OutputItem(string id, int index)
{
    protected const string Running = "in_progress";

    private readonly StringBuilder _text = new();

    /// <summary>What a part of this kind adds to; another kind begins another item.</summary>
    public abstract AnswerPartKind Kind { get; }

    protected string Id => id;

    protected string Text => _text.ToString();

    /// <summary>The events before the first text.</summary>
    public abstract IEnumerable<ResponseEvent> Begin();

    /// <summary>Takes text, which has at least one character, and gives its event.</summary>
    public ResponseEvent Add(string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        _text.Append(text);
        return Delta(text, logprobs);
    }

    /// <summary>The events after the last text; the very last one has the whole item.</summary>
    /// <param name="status">completed or incomplete.</param>
    public abstract IEnumerable<ResponseEvent> End(string status);

    protected abstract ResponseEvent Delta(string text, IReadOnlyList<TokenLogprob>? logprobs);

    protected ResponseEvent Added(ResponseItem item) => new("response.output_item.added") { OutputIndex = index, Item = item };

    protected ResponseEvent Done(ResponseItem item) => new("response.output_item.done") { OutputIndex = index, Item = item };

    /// <summary>An event of something within the item.</summary>
    protected ResponseEvent Within(string type) => new(type) { ItemId = id, OutputIndex = index };
}
