using System.Text.Json;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization;

/// <summary>Reads the pre-tokenizer of a byte-level model: steps that cut text into words, exactly one of them ByteLevel.</summary>
internal sealed class PreTokenizerReader
{
    // The expression that ByteLevel brings along: GPT-2's.
    private const string ByteLevelPattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    // ASCII punctuation holds symbols too ($ + < = > ^ ` | ~), which are not \p{P}.
    private const string PunctuationPattern = @"[\p{P}!-/:-@\[-`{-~]";

    private readonly TokenizerSource _source;
    private readonly List<PreTokenizerStep> _steps = [];
    private int _byteLevelAt = -1;

    private PreTokenizerReader(TokenizerSource source) => _source = source;

    /// <summary>The steps, and whether the words they yield are written in the <see cref="ByteAlphabet"/>.</summary>
    public static (IReadOnlyList<PreTokenizerStep> Steps, bool WordsAreMapped) Read(TokenizerSource source)
    {
        var reader = new PreTokenizerReader(source);
        if (source.Find("pre_tokenizer") is { } preTokenizer)
        {
            reader.Add(preTokenizer);
        }

        if (reader._byteLevelAt < 0)
        {
            throw source.Unsupported("a pre_tokenizer without ByteLevel");
        }

        // At the end of the steps the words' bytes are simply taken; before others, those must see the mapped text.
        var wordsAreMapped = reader._byteLevelAt < reader._steps.Count;
        if (wordsAreMapped)
        {
            reader._steps.Insert(reader._byteLevelAt, new ByteAlphabetStep());
        }

        return (reader._steps, wordsAreMapped);
    }

    private void Add(JsonElement element)
    {
        switch (element.FindString("type"))
        {
            case "Sequence":
                foreach (var part in element.FindArray("pretokenizers"))
                {
                    Add(part);
                }

                break;
            case "ByteLevel":
                AddByteLevel(element);
                break;
            case "Split":
                _steps.Add(new SplitStep(ReadFinder(element), ReadBehavior(element), element.FindBoolean("invert", false)));
                break;
            case "Digits":
                _steps.Add(Split(element.FindBoolean("individual_digits", false) ? @"\p{N}" : @"\p{N}+", SplitBehavior.Isolated));
                break;
            case "Punctuation":
                _steps.Add(Split(PunctuationPattern, ReadBehavior(element)));
                break;
            case "WhitespaceSplit":
                _steps.Add(Split(@"\s", SplitBehavior.Removed));
                break;
            case var type:
                throw _source.Unsupported($"the pre_tokenizer {type}");
        }
    }

    private void AddByteLevel(JsonElement element)
    {
        if (_byteLevelAt >= 0)
        {
            throw _source.Unsupported("two ByteLevel pre_tokenizers");
        }

        if (element.FindBoolean("add_prefix_space", true))
        {
            _steps.Add(new PrefixSpaceStep());
        }

        if (element.FindBoolean("use_regex", true))
        {
            _steps.Add(Split(ByteLevelPattern, SplitBehavior.Isolated));
        }

        _byteLevelAt = _steps.Count;
    }

    private static SplitStep Split(string pattern, SplitBehavior behavior) => new(new Pattern(pattern).Find, behavior);

    private MatchFinder ReadFinder(JsonElement split)
    {
        var pattern = split.Find("pattern") ?? throw _source.Broken("a Split has no pattern");
        if (pattern.FindString("String") is { Length: > 0 } literal)
        {
            return (text, from, out start, out end) =>
            {
                var offset = text[from..].IndexOf(literal, StringComparison.Ordinal);
                start = from + offset;
                end = start + literal.Length;
                return offset >= 0;
            };
        }

        var expression = pattern.FindString("Regex") ?? throw _source.Broken("a Split's pattern is neither String nor Regex");
        try
        {
            return new Pattern(expression).Find;
        }
        catch (PatternSyntaxException exception)
        {
            throw _source.Unsupported(exception.Message);
        }
    }

    private SplitBehavior ReadBehavior(JsonElement element) =>
        Enum.TryParse<SplitBehavior>(element.FindString("behavior"), out var behavior)
            ? behavior
            : throw _source.Unsupported($"the split behavior {element.FindString("behavior")}");
}
