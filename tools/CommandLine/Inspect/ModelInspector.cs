using System.Text;
using Rill.Chat;
using Rill.Chat.Format;
using Rill.Chat.Input;
using Rill.Models;
using Rill.Models.Gguf;
using Rill.Text;

namespace Rill.CommandLine.Inspect;

/// <summary>
/// Reads a model directory with the readers of the server, each part by itself, so that every problem is found and not only the first.
/// No weight is read, only the files' headers.
/// </summary>
internal sealed class ModelInspector
{
    private readonly ModelFiles _files;
    private readonly string _directory;
    private readonly List<string> _problems = [];
    private readonly List<string> _notes = [];

    private ModelInspector(string directory) => (_directory, _files) = (directory, ModelFiles.At(directory));

    /// <summary>Inspects a directory, which must exist.</summary>
    public static ModelReport Inspect(string directory) => new ModelInspector(Path.GetFullPath(directory)).Inspect();

    private ModelReport Inspect()
    {
        var spec = Try(() => ArchitectureRegistry.Read(ModelConfig.Load(_files)));
        using var weights = Try(() => ModelWeights.Open(_files, spec));
        var memory = spec is not null && weights is not null ? Try(() => Measure(spec, weights)) : null;
        var tokenizer = Try(() => HuggingFaceTokenizer.Load(_files));
        var template = Try(() => ModelTemplate.Load(_files));
        var generation = Try(() => GenerationConfig.Load(_files));
        var text = tokenizer is null || template is null ? null : ModelText.Of(tokenizer, template);
        var ends = generation is null ? null : text is null ? generation.EndTokens : TurnEnds.Of(generation, text);
        if (spec is not null && text is not null && ends is not null)
        {
            Try(() =>
            {
                VocabularyCheck.Check(spec, text, ends);
                return text;
            });
        }

        var report = new ModelReport(
            _directory,
            spec is null ? null : Describe(spec),
            weights is null ? null : Describe(weights),
            memory,
            tokenizer is null ? null : Describe(tokenizer, template, ends),
            template is null ? null : Describe(template, tokenizer),
            text is null ? null : Try(() => Describe(FormatFinder.Find(FormatFinder.Auto, _files, text))),
            _problems,
            _notes);
        _notes.AddRange(generation?.Notes ?? []);
        Note(spec, report.Tokenizer);
        return report;
    }

    private T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is ModelFileException or UnsupportedModelException or ModelFormatException or ChatTemplateException or EncodingLimitException
            or IOException or UnauthorizedAccessException)
        {
            if (!_problems.Contains(failure.Message))
            {
                _problems.Add(failure.Message);
            }

            return null;
        }
    }

    private static MemoryReport Measure(DecoderSpec spec, ModelWeights weights)
    {
        DecoderTensors.Check(spec, weights);
        var format = ComputeType.Default(spec, weights);
        var needs = Enum.GetValues<ComputeFormat>().ToDictionary(each => each, each => Need(spec, each));
        var chosen = needs[format];
        return new(chosen.Type, chosen.WeightBytes, ComputeType.KeyValueBytesOf(format, spec), chosen.KeyValueBytes, [.. needs.Values])
        {
            StateBytes = spec.StateSize == 0 ? null : spec.StateSize * sizeof(float),
        };
    }

    private static MemoryNeed Need(DecoderSpec spec, ComputeFormat format)
    {
        var (weights, keyValues) = (ComputeType.BytesOf(format, spec), ComputeType.KeyValueBytesOf(format, spec) * spec.ContextLength);
        return new(ComputeType.NameOf(format), weights, keyValues, weights + keyValues);
    }

    private static ArchitectureReport Describe(DecoderSpec spec) => new(
        spec.Architecture, spec.LayerCount, spec.HiddenSize, spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim, spec.FeedForwardSize,
        spec.VocabularySize, spec.ContextLength, spec.TiedEmbeddings);

    private WeightsReport Describe(ModelWeights weights) => new(
        [.. weights.FileNames.Select(name => new WeightFile(name, SizeOf(name)))],
        weights.ParameterCount,
        [.. weights.BytesByType.OrderByDescending(type => type.Value).Select(type => type.Key)],
        GgufNames.Is(weights.FileNames[0]) ? "GGUF" : weights.PackedBits is null ? "safetensors" : "safetensors, packed",
        Math.Round(8.0 * weights.TotalBytes / weights.ParameterCount, 2));

    /// <summary>A file's size; of a link, its target's, as downloaded models consist of links.</summary>
    private long SizeOf(string name)
    {
        using var file = File.OpenHandle(_files.Describe(name));
        return RandomAccess.GetLength(file);
    }

    private TokenizerReport Describe(HuggingFaceTokenizer tokenizer, ModelTemplate? template, IReadOnlyList<EndToken>? ends)
    {
        var named = template?.Variables.Select(token => new NamedToken(token.Key, (string)token.Value!, tokenizer.FindToken((string)token.Value!)));
        if (TurnEnds.Difference(ends ?? [], Spell) is { } difference)
        {
            _notes.Add(difference);
        }

        return new(
            TokenizerKind.Describe(_files.Read(ModelFileNames.Tokenizer)),
            tokenizer.VocabularySize,
            [.. named ?? []],
            [.. (ends ?? []).Select(end => end.Id).Distinct().Select(id => new NamedEnd(id, Spell(id)))]);

        string Spell(int id) => tokenizer.Contains(id) ? Encoding.UTF8.GetString(tokenizer.GetBytes(id)) : "";
    }

    private TemplateReport Describe(ModelTemplate template, HuggingFaceTokenizer? tokenizer)
    {
        var prompt = Try(() => PromptProbe.Greet(new PromptRenderer(template.Template, template.Variables, template.Named)));
        return new(template.Source, [.. template.Named.Keys], prompt is null ? null : tokenizer?.Encode(prompt).Count);
    }

    private static FormatReport Describe(MessageFormat? format) =>
        new(format?.Source, FormatSummary.Reasoning(format), FormatSummary.Calls(format), format);

    private void Note(DecoderSpec? spec, TokenizerReport? tokenizer)
    {
        if (spec is not null && tokenizer is not null && tokenizer.VocabularySize > spec.VocabularySize)
        {
            _notes.Add($"tokenizer.json has {tokenizer.VocabularySize} ids, but the embedding only {spec.VocabularySize} rows: the ids above have no meaning to the model.");
        }

        if (tokenizer is { EndTokens.Count: 0 } && _problems.Count == 0)
        {
            _notes.Add("No file names an end token: a completion ends only at its token limit or a stop string.");
        }
    }
}
