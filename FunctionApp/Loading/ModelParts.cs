using Rill.Chat;
using Rill.Models;
using Rill.Text;

namespace Rill.FunctionApp.Loading;

/// <summary>What a model's small files say, read before its weights.</summary>
internal sealed record ModelParts(ModelText Text, GenerationConfig Generation)
{
    /// <summary>Reads the small files and refuses by name what this build cannot serve.</summary>
    public static ModelParts Read(ModelFiles files)
    {
        _ = ArchitectureRegistry.Read(ModelConfig.Load(files));
        return new ModelParts(ModelText.Load(files), GenerationConfig.Load(files));
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
        EosTokenIds = Generation.EosTokenIds.Count > 0 ? Generation.EosTokenIds : Text.EosTokenIds,
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
