using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>Reads the post-processor: the special tokens that the model's authors put around a plain text.</summary>
internal static class PostProcessorReader
{
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(TokenizerSource source)
    {
        var (prefix, suffix) = (new List<int>(), new List<int>());
        if (source.Find("post_processor") is { } processor)
        {
            Add(processor, source, prefix, suffix);
        }

        return (prefix, suffix);
    }

    private static void Add(JsonElement processor, TokenizerSource source, List<int> prefix, List<int> suffix)
    {
        switch (processor.FindString("type"))
        {
            case "Sequence":
                foreach (var part in processor.FindArray("processors"))
                {
                    Add(part, source, prefix, suffix);
                }

                break;
            case "ByteLevel":
                // It only trims offsets, which are not asked of it here.
                break;
            case "TemplateProcessing":
                AddTemplate(processor, source, prefix, suffix);
                break;
            case var type:
                throw source.Unsupported($"the post_processor {type}");
        }
    }

    private static void AddTemplate(JsonElement processor, TokenizerSource source, List<int> prefix, List<int> suffix)
    {
        var target = prefix;
        foreach (var part in processor.FindArray("single"))
        {
            if (part.Find("SpecialToken")?.FindString("id") is not { } name)
            {
                target = suffix;
                continue;
            }

            var ids = processor.Find("special_tokens")?.Find(name)?.FindArray("ids").Select(id => id.GetInt32()).ToArray();
            target.AddRange(ids ?? throw source.Broken($"the post_processor does not define the token {name}"));
        }
    }
}
