using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>Makes parsers of answers.</summary>
public static class FormatParsers
{
    /// <summary>A parser of one answer.</summary>
    /// <param name="format">How the model writes.</param>
    /// <param name="tokenizer">The model's: a mark that is one of its added tokens is known by its id alone.</param>
    /// <param name="context">The request's part.</param>
    public static IAnswerParser New(MessageFormat format, ITokenizer tokenizer, ParserContext context)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(context);
        return format.Channels is null ? new MessageParser(format, tokenizer, context) : new ChannelParser(format, tokenizer, context);
    }
}
