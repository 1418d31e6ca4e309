using System.Text.Json;
using Rill.Text.Patterns;
using Rill.Text.Tokenization.PreTokenizers;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads the pre-tokenizer: the steps that cut text into words.</summary>
internal sealed class PreTokenizerReader
{
    // The expression that ByteLevel brings along: GPT-2's.
    private const string ByteLevelPattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const int MostSteps = 64;

    private readonly TokenizerSource _source;
    private readonly List<PreTokenizer> _steps = [];
    private int _byteLevelAt = -1;

    private PreTokenizerReader(TokenizerSource source) => _source = source;

    /// <summary>The steps, and whether the words they yield are written in the <see cref="ByteAlphabet"/>.</summary>
    public static (IReadOnlyList<PreTokenizer> Steps, bool WordsAreMapped) Read(TokenizerSource source)
    {
        var reader = new PreTokenizerReader(source);
        if (source.Find("pre_tokenizer") is { } preTokenizer)
        {
            reader.Add(preTokenizer);
        }

        if (reader._steps.Count > MostSteps)
        {
            throw source.Unsupported($"a pre_tokenizer of more than {MostSteps} steps");
        }

        // At the end of the steps the words' bytes are simply taken; before others, those must see the mapped text.
        var at = reader._byteLevelAt;
        var wordsAreMapped = at >= 0 && (at < reader._steps.Count || !source.SpellsBytes);
        if (wordsAreMapped)
        {
            reader._steps.Insert(at, new ByteAlphabetPreTokenizer());
        }

        return (reader._steps, wordsAreMapped);
    }

    private void Add(JsonElement element)
    {
        var type = element.FindString("type");
        var what = $"the pre_tokenizer {type}";
        switch (type)
        {
            case "Sequence":
                _source.CheckMembers(element, what, "pretokenizers");
                foreach (var part in element.FindArray("pretokenizers"))
                {
                    Add(part);
                }

                break;
            case "ByteLevel":
                _source.CheckMembers(element, what, "add_prefix_space", "trim_offsets", "use_regex");
                AddByteLevel(element);
                break;
            case "Metaspace" when _byteLevelAt >= 0:
                throw _source.Unsupported("a Metaspace behind ByteLevel");
            case "Metaspace":
                _source.CheckMembers(element, what, "replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep");
                AddMetaspace(element);
                break;
            case "Split":
                _source.CheckMembers(element, what, "pattern", "behavior", "invert");
                _steps.Add(new SplitPreTokenizer(
                    MatchFinderReader.Read(element, _source, mayBeEmpty: true), ReadBehavior(element, null), _source.Flag(element, "invert", false)));
                break;
            default:
                _steps.Add(ReadCharacterSplit(element, type, what));
                break;
        }
    }

    /// <summary>Reads the kinds that split at characters of a class.</summary>
    private SplitPreTokenizer ReadCharacterSplit(JsonElement element, string? type, string what)
    {
        switch (type)
        {
            case "Digits":
                _source.CheckMembers(element, what, "individual_digits");
                return _source.Flag(element, "individual_digits", false)
                    ? Split(CharacterClasses.Number, SplitBehavior.Isolated)
                    : Split(CharacterClasses.Number + "+", SplitBehavior.Isolated);
            case "Punctuation":
                _source.CheckMembers(element, what, "behavior");
                return Split(CharacterClasses.Punctuation, ReadBehavior(element, SplitBehavior.Isolated));
            case "Whitespace":
                _source.CheckMembers(element, what);
                return new(WordFinder.Find, SplitBehavior.Removed, isInverted: true);
            case "WhitespaceSplit":
                _source.CheckMembers(element, what);
                return Split(@"\s", SplitBehavior.Removed);
            case "CharDelimiterSplit":
                _source.CheckMembers(element, what, "delimiter");
                return new(
                    MatchFinderReader.Literal(ReadCharacter(element, "delimiter", null)), SplitBehavior.Removed);
            default:
                throw _source.Unsupported(what);
        }
    }

    private void AddByteLevel(JsonElement element)
    {
        if (_byteLevelAt >= 0)
        {
            throw _source.Unsupported("two ByteLevel pre_tokenizers");
        }

        if (_source.Flag(element, "add_prefix_space", true))
        {
            _steps.Add(new PrefixSpacePreTokenizer());
        }

        if (_source.Flag(element, "use_regex", true))
        {
            _steps.Add(Split(ByteLevelPattern, SplitBehavior.Isolated));
        }

        _byteLevelAt = _steps.Count;
    }

    private void AddMetaspace(JsonElement element)
    {
        var mark = ReadCharacter(element, "replacement", SpaceMark.Character.ToString());
        var scheme = element.FindString("prepend_scheme") switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw _source.Unsupported($"the prepend_scheme {other} of a Metaspace"),
        };
        if (!_source.Flag(element, "add_prefix_space", true) && scheme != PrependScheme.Never)
        {
            throw _source.Broken("the add_prefix_space of a Metaspace contradicts its prepend_scheme");
        }

        if (mark.Length > 1)
        {
            throw _source.Unsupported($"the replacement {mark} of a Metaspace");
        }

        _steps.Add(new MetaspacePreTokenizer(mark[0], scheme));
        if (_source.Flag(element, "split", true))
        {
            _steps.Add(new SplitPreTokenizer(MatchFinderReader.Literal(mark), SplitBehavior.MergedWithNext));
        }
    }

    private static SplitPreTokenizer Split(string pattern, SplitBehavior behavior) => new(new Pattern(pattern).Find, behavior);

    private string ReadCharacter(JsonElement element, string name, string? defaultValue)
    {
        var text = element.FindString(name) ?? defaultValue;
        return text is { Length: > 0 } && CodePoint.Read(text, 0, out var length) >= 0 && length == text.Length
            ? text
            : throw _source.Broken($"the {name} of a {element.FindString("type")} is not one character");
    }

    private SplitBehavior ReadBehavior(JsonElement element, SplitBehavior? defaultValue) => element.FindString("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        null when defaultValue is { } behavior => behavior,
        var other => throw _source.Unsupported($"the split behavior {other}"),
    };
}
