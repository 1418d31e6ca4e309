using System.Text;
using System.Text.Json;
using Rill.Text.Tokenization.Decoders;

namespace Rill.Text.Tokenization.Files;

/// <summary>
/// Reads the decoder. Its parts must come in an order in which each token can be decoded by itself, since a stream cannot go back: parts
/// that rewrite tokens, then ByteFallback or ByteLevel, then Fuse, then a Strip of the beginning.
/// </summary>
internal sealed class DecoderReader
{
    private const int MostSteps = 64;

    private readonly TokenizerSource _source;
    private readonly List<DecoderStep> _steps = [];
    private bool _hasByteTokens;
    private bool _isByteLevel;
    private bool _isFused;
    private bool _knowsOpening;
    private LeadingTrim _trim;

    private DecoderReader(TokenizerSource source) => _source = source;

    public static DecoderPlan Read(TokenizerSource source)
    {
        var decoder = source.Find("decoder") ?? throw source.Unsupported("a tokenizer without a decoder");
        var reader = new DecoderReader(source);
        reader.Add(decoder);
        if (reader._steps.Count > MostSteps)
        {
            throw source.Unsupported($"a decoder of more than {MostSteps} steps");
        }

        return new()
        {
            Steps = reader._steps,
            HasByteTokens = reader._hasByteTokens,
            IsByteLevel = reader._isByteLevel,
            KnowsOpening = reader._knowsOpening,
            Trim = reader._trim,
        };
    }

    private bool IsPerToken => !_hasByteTokens && !_isFused;

    private void Add(JsonElement element)
    {
        var type = element.FindString("type");
        var what = $"the decoder {type}";
        switch (type)
        {
            case "Sequence":
                _source.CheckMembers(element, what, "decoders");
                foreach (var part in element.FindArray("decoders"))
                {
                    Add(part);
                }

                break;
            case "ByteLevel" when IsPerToken:
                _source.CheckMembers(element, what, "add_prefix_space", "trim_offsets", "use_regex");
                (_isByteLevel, _isFused) = (true, true);
                break;
            case "ByteFallback" when IsPerToken:
                _source.CheckMembers(element, what);
                _hasByteTokens = true;
                break;
            case "Fuse":
                _source.CheckMembers(element, what);
                _isFused = true;
                break;
            case "Replace" when IsPerToken:
                _source.CheckMembers(element, what, "pattern", "content");
                AddReplace(element);
                break;
            case "Metaspace" when IsPerToken:
                _source.CheckMembers(element, what, "replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep");
                AddMetaspace(element);
                break;
            case "Strip" when IsPerToken || (_isFused && _trim.Count == 0):
                _source.CheckMembers(element, what, "content", "start", "stop");
                AddStrip(element);
                break;
            case "ByteLevel" or "ByteFallback" or "Replace" or "Metaspace" or "Strip":
                throw _source.Unsupported($"{what} at its place behind others");
            default:
                throw _source.Unsupported(what);
        }
    }

    private void AddReplace(JsonElement element)
    {
        var content = element.FindString("content") ?? throw _source.Broken("a Replace has no content");
        var find = MatchFinderReader.Read(element, _source);
        _steps.Add((token, _, budget) =>
        {
            var result = new StringBuilder();
            var position = 0;
            while (find(token, position, budget, out var start, out var end))
            {
                budget.Make(start - position + content.Length);
                result.Append(token, position, start - position).Append(content);
                position = end;
            }

            return result.Append(token, position, token.Length - position).ToString();
        });
    }

    private void AddMetaspace(JsonElement element)
    {
        var mark = element.FindString("replacement") ?? SpaceMark.Character.ToString();
        var dropsFirst = element.FindString("prepend_scheme") switch
        {
            null or "always" or "first" => true,
            "never" => false,
            var other => throw _source.Unsupported($"the prepend_scheme {other} of a Metaspace"),
        };
        _knowsOpening |= dropsFirst;
        _steps.Add((token, isOpening, _) => token.Replace(mark, isOpening && dropsFirst ? "" : " ", StringComparison.Ordinal));
    }

    private void AddStrip(JsonElement element)
    {
        var (start, stop) = (ReadCount(element, "start"), ReadCount(element, "stop"));
        if (element.FindString("content") is not [var character])
        {
            throw _source.Unsupported("a Strip whose content is not one character");
        }

        if (!_isFused)
        {
            _steps.Add((token, _, _) => Strip(token, character, start, stop));
            return;
        }

        if (stop > 0)
        {
            throw _source.Unsupported("a Strip at the end of the text, which a stream cannot do");
        }

        _trim = new(character, start);
    }

    private int ReadCount(JsonElement element, string name) =>
        element.Find(name) is { } value && value.TryGetInt32(out var count) && count >= 0
            ? count
            : throw _source.Broken($"the {name} of a Strip is not a number of characters");

    private static string Strip(string token, char character, int start, int stop)
    {
        var (from, to) = (0, token.Length);
        while (from < to && from < start && token[from] == character)
        {
            from++;
        }

        while (to > from && token.Length - to < stop && token[to - 1] == character)
        {
            to--;
        }

        return token[from..to];
    }
}
