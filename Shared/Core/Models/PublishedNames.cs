namespace Rill.Models;

/// <summary>
/// Finds out how a model's files begin the names of their tensors: as a whole decoder with its head ("model."), without one, as embedding
/// models have been saved (""), or as one of the spellings that the architecture knows, such as those of wrappers.
/// </summary>
internal sealed class PublishedNames
{
    private static readonly NamePrefixes s_standard = new("model.", "lm_head.");
    private static readonly NamePrefixes s_bare = new("", "lm_head.");

    private readonly NamePrefixes _prefixes;

    /// <summary>Looks for the embedding.</summary>
    public PublishedNames(IWeightSource source, DecoderSpec? spec)
    {
        var embedding = spec?.Recipes.GetValueOrDefault(spec.Names.Embedding)?.Name ?? spec?.Names.Embedding ?? new WeightNames().Embedding;
        _prefixes = embedding.StartsWith(s_standard.Decoder, StringComparison.Ordinal)
            ? ((NamePrefixes[])[s_standard, .. spec?.Prefixes ?? [], s_bare]).FirstOrDefault(prefixes => source.Tensors.ContainsKey(Of(embedding, prefixes))) ?? s_standard
            : s_standard;
    }

    /// <summary>The name in the files of a name as a whole decoder has it.</summary>
    public string Of(string standard) => Of(standard, _prefixes);

    /// <summary>The name as a whole decoder has it of a name in the files.</summary>
    public string StandardOf(string published) => StandardOf(published, _prefixes);

    /// <summary>What a name may be as a whole decoder has it, by each spelling that the architecture knows; most likely first.</summary>
    public static IEnumerable<string> StandardsOf(string published, DecoderSpec spec) =>
        ((NamePrefixes[])[s_standard, .. spec.Prefixes, s_bare]).Select(prefixes => StandardOf(published, prefixes));

    private static string StandardOf(string published, NamePrefixes prefixes) =>
        prefixes == s_standard ? published
        : published.StartsWith(prefixes.Head, StringComparison.Ordinal) ? s_standard.Head + published[prefixes.Head.Length..]
        : published.StartsWith(prefixes.Decoder, StringComparison.Ordinal) ? s_standard.Decoder + published[prefixes.Decoder.Length..]
        : published;

    private static string Of(string standard, NamePrefixes prefixes) =>
        standard.StartsWith(s_standard.Decoder, StringComparison.Ordinal) ? prefixes.Decoder + standard[s_standard.Decoder.Length..]
        : standard.StartsWith(s_standard.Head, StringComparison.Ordinal) ? prefixes.Head + standard[s_standard.Head.Length..]
        : standard;
}
