using System.Text;
using Rill.Chat.Format;
using Rill.Chat.Output;
using Rill.Chat.Output.Parsing;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Output.Parsing;

/// <summary>A call as a test compares it.</summary>
internal sealed record ReadCall(string Name, string Arguments, string Id)
{
    /// <summary>Random ids say nothing.</summary>
    public override string ToString() => $"{Name}({Arguments})";
}

/// <summary>What a parser makes of a text.</summary>
internal sealed record ParsedText(string Content, string Reasoning, IReadOnlyList<ReadCall> Calls, int ReasoningTokens)
{
    /// <summary>All of it but random ids and the number of tokens.</summary>
    public string Shown => $"content <{Content}> reasoning <{Reasoning}> calls {string.Join(" ", Calls)}";

    /// <summary>Everything that came out, one after another.</summary>
    public string All => Reasoning + Content + string.Concat(Calls.Select(call => call.Name + call.Arguments));

    /// <summary>Parses a text that is cut into pieces of so many bytes.</summary>
    public static ParsedText Of(
        MessageFormat format, string text, ParserContext? context = null, IEnumerable<string>? tokens = null, Func<int>? pieceLength = null)
    {
        var tokenizer = new PieceTokenizer(tokens ?? []);
        return Of(FormatParsers.New(format, tokenizer, context ?? ParserContext.Plain), tokenizer, tokenizer.Cut(text, pieceLength ?? (() => 3)));
    }

    /// <summary>Parses tokens.</summary>
    public static ParsedText Of(IAnswerParser parser, ITokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var detokenizer = new IncrementalDetokenizer(tokenizer, skipSpecialTokens: !parser.ReadsSpecialTokens);
        var parts = new AnswerParts([]);
        var reader = new Reader();
        var reasoningTokens = 0;
        foreach (var id in ids)
        {
            var before = parser.IsReasoning;
            parser.Push(id, detokenizer.Push(id), parts);
            reasoningTokens += before ? 1 : 0;
            reader.Add(parts);
        }

        parser.Flush(detokenizer.Flush(), parts);
        parts.Finish();
        reader.Add(parts);
        return new(reader.Content.ToString(), reader.Reasoning.ToString(), [.. reader.Calls.Select(call => new ReadCall(call.Name, call.Arguments.ToString(), call.Id))], reasoningTokens);
    }

    private sealed class Reader
    {
        public StringBuilder Content { get; } = new();

        public StringBuilder Reasoning { get; } = new();

        public List<(string Name, string Id, StringBuilder Arguments)> Calls { get; } = [];

        public void Add(AnswerParts parts)
        {
            foreach (var part in parts.Take())
            {
                switch (part.Kind)
                {
                    case AnswerPartKind.Content:
                        Content.Append(part.Text);
                        break;
                    case AnswerPartKind.Reasoning:
                        Reasoning.Append(part.Text);
                        break;
                    case AnswerPartKind.ToolCall:
                        Assert.Equal(Calls.Count, part.CallIndex);
                        Calls.Add((part.Text, part.CallId!, new()));
                        break;
                    default:
                        Assert.Equal(Calls.Count - 1, part.CallIndex);
                        Calls[^1].Arguments.Append(part.Text);
                        break;
                }
            }
        }
    }
}
