using System.Text;
using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>A call of a whole answer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">The arguments' JSON text.</param>
public sealed record ParsedCall(string Id, string Name, string Arguments);

/// <summary>A whole answer's parts.</summary>
/// <param name="Content">The visible text; may be empty.</param>
/// <param name="Reasoning">The reasoning; may be empty.</param>
/// <param name="Calls">The calls in order.</param>
public sealed record ParsedAnswer(string Content, string Reasoning, IReadOnlyList<ParsedCall> Calls);

/// <summary>Reads an answer that lies there as a whole.</summary>
public static class AnswerReading
{
    /// <summary>An answer's parts.</summary>
    /// <param name="text">Its text, marks included.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="tokenizer">The model's; null to know marks by their text.</param>
    /// <param name="context">The request's part.</param>
    public static ParsedAnswer Read(string text, MessageFormat format, ITokenizer? tokenizer, ParserContext context)
    {
        var parts = new AnswerParts([]);
        if (tokenizer is null)
        {
            var parser = FormatParsers.New(format, new TextTokenizer(), context);
            parser.Push(TextTokenizer.Text, text, parts);
            parser.Flush("", parts);
        }
        else
        {
            var parser = FormatParsers.New(format, tokenizer, context);
            var detokenizer = new IncrementalDetokenizer(tokenizer, skipSpecialTokens: false);
            foreach (var id in tokenizer.Encode(PromptText.OfTemplate(text)))
            {
                parser.Push(id, detokenizer.Push(id), parts);
            }

            parser.Flush(detokenizer.Flush(), parts);
        }

        parts.Finish();
        return Gather(parts);
    }

    private static ParsedAnswer Gather(AnswerParts parts)
    {
        var (content, reasoning) = (new StringBuilder(), new StringBuilder());
        var calls = new List<ParsedCall>();
        foreach (var part in parts.Take())
        {
            switch (part.Kind)
            {
                case AnswerPartKind.Content:
                    content.Append(part.Text);
                    break;
                case AnswerPartKind.Reasoning:
                    reasoning.Append(part.Text);
                    break;
                case AnswerPartKind.ToolCall:
                    calls.Add(new(part.CallId!, part.Text, ""));
                    break;
                default:
                    calls[^1] = calls[^1] with { Arguments = calls[^1].Arguments + part.Text };
                    break;
            }
        }

        return new(content.ToString(), reasoning.ToString(), calls);
    }
}
