using System.Text;
using System.Text.Json;
using Rill.Text.Tokenization.Normalizers;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads the normalizer: what rewrites text before it is cut into words.</summary>
internal static class NormalizerReader
{
    private const int MostSteps = 64;

    /// <summary>The normalizer, or null when text is left as it is.</summary>
    public static Normalizer? Read(TokenizerSource source)
    {
        var steps = source.Find("normalizer") is { } normalizer ? ReadSteps(normalizer, source).ToList() : [];
        return steps.Count switch
        {
            0 => null,
            1 => steps[0],
            > MostSteps => throw source.Unsupported($"a normalizer of more than {MostSteps} steps"),
            _ => new NormalizerSequence(steps),
        };
    }

    private static IEnumerable<Normalizer> ReadSteps(JsonElement element, TokenizerSource source)
    {
        if (element.FindString("type") != "Sequence")
        {
            return [ReadStep(element, source)];
        }

        source.CheckMembers(element, "the normalizer Sequence", "normalizers");
        return element.FindArray("normalizers").SelectMany(part => ReadSteps(part, source));
    }

    private static Normalizer ReadStep(JsonElement element, TokenizerSource source)
    {
        var type = element.FindString("type");
        switch (type)
        {
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                source.CheckMembers(element, $"the normalizer {type}");
                return ReadForm(type, source);
            case "Prepend":
                source.CheckMembers(element, "the normalizer Prepend", "prepend");
                return new PrependNormalizer(element.FindString("prepend") ?? throw source.Broken("a Prepend has no prepend"));
            case "Replace":
                source.CheckMembers(element, "the normalizer Replace", "pattern", "content");
                return ReadReplace(element, source);
            case "Strip":
                source.CheckMembers(element, "the normalizer Strip", "strip_left", "strip_right");
                return new StripNormalizer(source.Flag(element, "strip_left", true), source.Flag(element, "strip_right", true));
            case "Lowercase":
                source.CheckMembers(element, "the normalizer Lowercase");
                return new LowercaseNormalizer();
            case "StripAccents":
                source.CheckMembers(element, "the normalizer StripAccents");
                return new StripAccentsNormalizer();
            default:
                throw source.Unsupported($"the normalizer {type}");
        }
    }

    private static UnicodeNormalizer ReadForm(string name, TokenizerSource source)
    {
        if (!UnicodeNormalizer.IsAvailable)
        {
            throw new UnsupportedModelException(
                $"{source.Path} needs Unicode normalization ({name}), which this process lacks: "
                + "install ICU (libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }

        return new(name switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            _ => NormalizationForm.FormKD,
        });
    }

    private static Normalizer ReadReplace(JsonElement element, TokenizerSource source)
    {
        var content = element.FindString("content") ?? throw source.Broken("a Replace has no content");
        return element.Find("pattern")?.FindString("String") is [var character] && content is [var replacement]
            ? new ReplaceCharacterNormalizer(character, replacement)
            : new ReplaceNormalizer(MatchFinderReader.Read(element, source), content);
    }
}
