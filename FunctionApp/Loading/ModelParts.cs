using Rill.Chat;
using Rill.Models;
using Rill.Text;

namespace Rill.FunctionApp.Loading;

/// <summary>What a model's small files say, read before its weights.</summary>
internal sealed record ModelParts(DecoderSpec Spec, ModelText Text, GenerationConfig Generation, IReadOnlyList<EndToken> Ends)
{
    /// <summary>Reads the small files and refuses by name what this build cannot serve.</summary>
    public static ModelParts Read(ModelFiles files)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        var text = ModelText.Load(files);
        var generation = GenerationConfig.Load(files);
        var ends = TurnEnds.Of(generation, text);
        VocabularyCheck.Check(spec, text, ends);
        return new ModelParts(spec, text, generation, ends);
    }

    /// <summary>The model as the chat endpoint sees it.</summary>
    public ChatModel ToChatModel(string id, DateTimeOffset published, string fingerprint) => new()
    {
        Id = id,
        Created = published.ToUnixTimeSeconds(),
        Fingerprint = fingerprint,
        Tokenizer = Text.Tokenizer,
        Template = Text.Template,
        NamedTemplates = Text.NamedTemplates,
        TemplateVariables = Text.Variables,
        EosTokenIds = [.. Ends.Select(end => end.Id).Distinct()],
        Sampling = Defaults(Generation),
    };

    private static SamplingDefaults Defaults(GenerationConfig generation)
    {
        var fallback = new SamplingDefaults();
        return new SamplingDefaults
        {
            Temperature = generation.Temperature ?? fallback.Temperature,
            TopP = generation.TopP ?? fallback.TopP,
            TopK = generation.TopK ?? fallback.TopK,
            MinP = generation.MinP ?? fallback.MinP,
            RepetitionPenalty = generation.RepetitionPenalty ?? fallback.RepetitionPenalty,
        };
    }
}
