using Rill.Chat;
using Rill.Chat.Embeddings;
using Rill.Chat.Format;
using Rill.Models;
using Rill.Text;

namespace Rill.ModelStore.Loading;

/// <summary>What a model's small files say, read before its weights.</summary>
public sealed record ModelParts(
    DecoderSpec Spec, ModelText Text, GenerationConfig Generation, IReadOnlyList<EndToken> Ends, PoolingKind? Pooling, MessageFormat? Format)
{
    /// <summary>Reads the small files and refuses by name what this build cannot serve.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="embeddings">The setting <c>Rill:Embeddings</c>.</param>
    /// <param name="messageFormat">The setting <c>Rill:MessageFormat</c>: see <see cref="FormatFinder.Choices"/>.</param>
    public static ModelParts Read(ModelFiles files, string embeddings = "auto", string messageFormat = FormatFinder.Auto)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        var text = ModelText.Load(files);
        var generation = GenerationConfig.Load(files);
        var ends = TurnEnds.Of(generation, text);
        VocabularyCheck.Check(spec, text, ends);
        return new ModelParts(spec, text, generation, ends, PoolingOf(embeddings, files, spec), FormatFinder.Find(messageFormat, files, text));
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
        Embeddings = Pooling is { } pooling ? new EmbeddingModel(pooling, Spec.HiddenSize) : null,
        Format = Format,
        Sampling = Defaults(Generation),
    };

    private static PoolingKind? PoolingOf(string setting, ModelFiles files, DecoderSpec spec) => setting switch
    {
        "last" => PoolingKind.Last,
        "mean" => PoolingKind.Mean,
        "off" => null,
        _ => PoolingFiles.Read(files, spec.HiddenSize),
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
