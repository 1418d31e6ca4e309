using System.Text;
using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>Reads the normalizer: null, a Unicode normalization form, or a sequence of them.</summary>
internal static class NormalizerReader
{
    /// <summary>The normalizer, or null when text is left as it is.</summary>
    public static UnicodeNormalizer? Read(TokenizerSource source)
    {
        var forms = source.Find("normalizer") is { } normalizer ? ReadForms(normalizer, source) : [];
        if (forms.Count > 0 && !UnicodeNormalizer.IsAvailable)
        {
            throw new UnsupportedModelException(
                $"{source.Path} needs Unicode normalization, which this process lacks: "
                + "install ICU (libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }

        return forms.Count == 0 ? null : new(forms);
    }

    private static List<NormalizationForm> ReadForms(JsonElement normalizer, TokenizerSource source) =>
        normalizer.FindString("type") switch
        {
            "Sequence" => [.. normalizer.FindArray("normalizers").SelectMany(part => ReadForms(part, source))],
            "NFC" => [NormalizationForm.FormC],
            "NFD" => [NormalizationForm.FormD],
            "NFKC" => [NormalizationForm.FormKC],
            "NFKD" => [NormalizationForm.FormKD],
            var type => throw source.Unsupported($"the normalizer {type}"),
        };
}
