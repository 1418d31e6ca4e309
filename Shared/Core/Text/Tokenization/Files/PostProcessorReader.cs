using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads the post-processor: the special tokens that the model's authors put around a plain text.</summary>
internal sealed class PostProcessorReader
{
    private readonly TokenizerSource _source;
    private readonly List<int> _prefix = [];
    private readonly List<int> _suffix = [];

    private PostProcessorReader(TokenizerSource source) => _source = source;

    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(TokenizerSource source)
    {
        var reader = new PostProcessorReader(source);
        if (source.Find("post_processor") is { } processor)
        {
            reader.Add(processor);
        }

        return (reader._prefix, reader._suffix);
    }

    private void Add(JsonElement processor)
    {
        var type = processor.FindString("type");
        var what = $"the post_processor {type}";
        switch (type)
        {
            case "Sequence":
                _source.CheckMembers(processor, what, "processors");
                foreach (var part in processor.FindArray("processors"))
                {
                    Add(part);
                }

                break;
            case "ByteLevel":
                // It only trims offsets, which are not asked of it here.
                _source.CheckMembers(processor, what, "add_prefix_space", "trim_offsets", "use_regex");
                break;
            case "BertProcessing" or "RobertaProcessing":
                _source.CheckMembers(processor, what, "sep", "cls", "trim_offsets", "add_prefix_space");
                Surround([ReadPair(processor, "cls")], [ReadPair(processor, "sep")]);
                break;
            case "TemplateProcessing":
                _source.CheckMembers(processor, what, "single", "pair", "special_tokens");
                AddTemplate(processor);
                break;
            default:
                throw _source.Unsupported(what);
        }
    }

    private void Surround(IEnumerable<int> before, IEnumerable<int> after)
    {
        if (_prefix.Count + _suffix.Count > 0)
        {
            // The reference puts the second one's tokens around each part of the first one's result, which nobody can mean.
            throw _source.Unsupported("two post_processors that add tokens");
        }

        _prefix.AddRange(before);
        _suffix.AddRange(after);
    }

    private void AddTemplate(JsonElement processor)
    {
        var (before, after) = (new List<int>(), new List<int>());
        var texts = 0;
        foreach (var part in processor.FindArray("single"))
        {
            if (part.Find("Sequence") is { } sequence)
            {
                texts += sequence.FindString("id") == "A" ? 1 : 2;
            }
            else if (part.Find("SpecialToken")?.FindString("id") is { } name)
            {
                (texts == 0 ? before : after).AddRange(ReadIds(processor, name));
            }
            else
            {
                throw _source.Broken("the post_processor TemplateProcessing has a part that is neither Sequence nor SpecialToken");
            }
        }

        if (texts != 1)
        {
            throw _source.Unsupported("a TemplateProcessing whose single does not hold the text A once");
        }

        Surround(before, after);
    }

    private IEnumerable<int> ReadIds(JsonElement processor, string name)
    {
        var token = processor.Find("special_tokens")?.Find(name)
            ?? throw _source.Broken($"the post_processor does not define the token {name}");
        return token.FindArray("ids").Select(ReadId);
    }

    /// <summary>Reads ["text", id].</summary>
    private int ReadPair(JsonElement processor, string name) => processor.FindArray(name).ToArray() is [_, var id]
        ? ReadId(id)
        : throw _source.Broken($"the post_processor's {name} is not a token with its id");

    private int ReadId(JsonElement element) => element.TryGetInt32(out var id) && id >= 0
        ? id
        : throw _source.Broken("the post_processor gives a token an id that is none");
}
