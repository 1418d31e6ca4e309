using System.Text;
using Rill.Chat.Format;
using Rill.Chat.Format.Derivation;
using Rill.Chat.Format.Named;
using Rill.Chat.Output.Parsing;
using Rill.Core.Tests.Chat.Format;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output.Parsing;

/// <summary>Random answers through every format.</summary>
public sealed class ParserFuzzTests
{
    private const int NamedStreams = 30_000;
    private const int DerivedStreams = 100_000;

    private static readonly string[] s_words =
    [
        "hm", " ", "\n", "{", "}", "[", "]", "\"", "\\", ":", ",", "=", "(", ")", "<", ">", "f", "g", "name", "\"name\": \"f\"", "\"arguments\": {", "\"parameters\": {}",
        "{\"name\": \"f\", \"arguments\": {\"a\": 1}}", "a=1", "'x'", "é", "你好", "12", "null", "to=functions.f", "json", "analysis", "final", "all\n",
    ];

    private static readonly ParserContext s_context = new()
    {
        Tools = [new("f", null, false), new("g", null, false)],
    };

    public static TheoryData<string> Formats() => [.. NamedFormats.Names];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Parse_OfRandomTokens_NeverThrowsAndLosesNoWord(string name) =>
        Fuzz(NamedFormats.Find(name)!, NamedStreams / NamedFormats.Names.Count + 1, new Random(name.Length * 131 + name[0]));

    [SkippableFact]
    public void Parse_OfRandomTokens_ByEveryDerivedFormat_NeverThrowsAndLosesNoWord()
    {
        var formats = DerivationVectorTests.Templates().Select(template => FormatDerivation.Derive(template.Renderer)).OfType<MessageFormat>()
            .Where(format => Marks(format).Any()).DistinctBy(format => string.Join('\n', FormatText.Of("", format))).ToList();

        Assert.True(formats.Count > 30, $"Only {formats.Count} formats were derived.");
        foreach (var (index, format) in formats.Index())
        {
            Fuzz(format, DerivedStreams / formats.Count + 1, new Random(index));
        }
    }

    private static void Fuzz(MessageFormat format, int streams, Random random)
    {
        string[] marks = [.. Marks(format).Distinct()];
        for (var stream = 0; stream < streams; stream++)
        {
            var tokenizer = new PieceTokenizer(random.Next(2) == 0 ? [] : marks.Where(mark => mark[0] is '<' or '['));
            var text = new StringBuilder();
            var words = new List<string>();
            for (var count = random.Next(1, 14); count > 0; count--)
            {
                var word = random.Next(3) == 0 ? $"word{words.Count}" : random.Next(2) == 0 ? marks[random.Next(marks.Length)] : s_words[random.Next(s_words.Length)];
                if (word.StartsWith("word", StringComparison.Ordinal))
                {
                    words.Add(word);
                }

                text.Append(word);
            }

            var context = s_context with { ReasoningIsOpen = random.Next(4) == 0, Tools = random.Next(4) == 0 ? [] : s_context.Tools };
            var parsed = ParsedText.Of(FormatParsers.New(format, tokenizer, context), tokenizer, tokenizer.Cut(text.ToString(), () => random.Next(1, 9)));
            if (stream % 4 == 0)
            {
                var whole = ParsedText.Of(FormatParsers.New(format, tokenizer, context), tokenizer, tokenizer.Cut(text.ToString(), () => 1_000));
                Assert.Equal(whole.Shown, parsed.Shown);
            }

            // What stands in a call beside its name and arguments is told no more than its marks are, and neither is a channel's header.
            var safe = parsed.Calls.Count == 0 ? text.Length : text.ToString().IndexOfAny(['<', '[', '{', '>', 'f']);
            foreach (var word in words.Where(word => format.Channels is null && text.ToString().IndexOf(word, StringComparison.Ordinal) < safe))
            {
                Assert.True(parsed.All.Contains(word, StringComparison.Ordinal), $"{word} of {text} is not in {parsed.Shown}");
            }
        }
    }

    private static IEnumerable<string> Marks(MessageFormat format)
    {
        string[] texts =
        [
            format.Reasoning?.Start ?? "", format.Reasoning?.End ?? "", format.ContentStart,
            .. format.Tools is { } tools
                ? [tools.SectionStart, tools.SectionEnd, tools.Open, tools.Close, tools.Separator, .. tools.Call.Select(part => part.Text), .. Marks(tools.Arguments)]
                : Array.Empty<string>(),
            .. format.Channels is { } channels ? [channels.Start, channels.Channel, channels.HeaderEnd, .. channels.Ends, channels.Recipient] : Array.Empty<string>(),
        ];
        return texts.Where(text => text.Length > 0);
    }

    private static string[] Marks(ArgumentEncoding encoding) =>
        [encoding.KeyOpen, encoding.KeyClose, encoding.KeyCloseOther, encoding.ValueClose, encoding.StringDelimiter];
}
