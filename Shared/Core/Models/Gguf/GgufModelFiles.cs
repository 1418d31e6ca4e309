using System.Text;

namespace Rill.Models.Gguf;

/// <summary>
/// A model whose weights are GGUF files: what other models have as config.json, tokenizer.json, tokenizer_config.json and
/// generation_config.json is written from its metadata. Further small files beside it, such as a chat template, are read as they are, but for
/// config.json, whose names and switches are those of the unconverted model.
/// </summary>
internal sealed class GgufModelFiles : ModelFiles
{
    private readonly ModelFiles _files;
    private readonly IReadOnlyList<string> _candidates;
    private readonly Lazy<Dictionary<string, byte[]>> _texts;
    private readonly bool _alone;    // nothing of what lies beside the file belongs to it
    private GgufSource? _kept;

    private GgufModelFiles(ModelFiles files, IReadOnlyList<string> candidates, bool alone = false)
    {
        (_files, _candidates, _alone) = (files, candidates, alone);
        _texts = new(WriteTexts);
    }

    public override string Name => _alone ? Path.GetFileNameWithoutExtension(_candidates[0]) : _files.Name;

    public override DateTimeOffset Published =>
        LocalDirectory is not null && _candidates is [var only] ? new(File.GetLastWriteTimeUtc(Describe(only))) : _files.Published;

    public override string? LocalDirectory => _files.LocalDirectory;

    /// <summary>The files as they are where there are safetensors or no GGUF file; else what is made of the GGUF file.</summary>
    /// <param name="files">The files.</param>
    /// <param name="names">The names of those that may be GGUF files.</param>
    public static ModelFiles Over(ModelFiles files, Func<IEnumerable<string>> names)
    {
        if (files.Has(ModelFileNames.SingleWeights) || files.Has(ModelFileNames.WeightIndex))
        {
            return files;
        }

        var candidates = GgufNames.Models(names());
        return candidates.Count == 0 ? files : new GgufModelFiles(files, candidates);
    }

    /// <summary>The files of a directory, as <see cref="Over"/> takes them.</summary>
    public static ModelFiles OfDirectory(string directory) => Over(new DirectoryFiles(directory), () => NamesIn(directory));

    /// <summary>One file of a directory, and its further parts.</summary>
    public static ModelFiles OfFile(string path) =>
        new GgufModelFiles(new DirectoryFiles(Path.GetDirectoryName(Path.GetFullPath(path))!), [Path.GetFileName(path)], alone: true);

    /// <summary>Opens the weights.</summary>
    /// <exception cref="ModelFormatException">A file is missing, damaged, or needs what is not supported.</exception>
    public GgufSource OpenWeights() => GgufSource.Open(_files, Weights);

    public override string Describe(string name) => _files.Describe(name);

    public override bool Has(string name) =>
        IsBeside(name) || name == ModelFileNames.Config || (IsWritten(name) && _texts.Value.ContainsKey(name));

    public override string Stamp(string name) => _files.Stamp(IsBeside(name) ? name : Weights);

    public override string? LocalPath(string name) => _files.LocalPath(IsBeside(name) ? name : Weights);

    public override FileMemory Open(string name) => _files.Open(name);

    public override void Dispose()
    {
        _kept?.Dispose();
        _files.Dispose();
        base.Dispose();
    }

    protected override ReadOnlyMemory<byte> ReadAll(string name) =>
        !IsBeside(name) && IsWritten(name) && _texts.Value.TryGetValue(name, out var text) ? text : _files.Read(name);

    private string Weights => _candidates is [var only]
        ? only
        : throw new ModelFormatException(
            $"{_files.Describe("")} holds several models ({string.Join(", ", _candidates.Take(3))}); name the file, or keep one GGUF file there.");

    private bool IsBeside(string name) => !_alone && name != ModelFileNames.Config && _files.Has(name);

    private static bool IsWritten(string name) =>
        name is ModelFileNames.Config or ModelFileNames.Tokenizer or ModelFileNames.TokenizerConfig or ModelFileNames.GenerationConfig;

    private Dictionary<string, byte[]> WriteTexts()
    {
        var source = OpenWeights();
        try
        {
            var texts = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                [ModelFileNames.Config] = Encoding.UTF8.GetBytes(GgufConfig.Of(new(source)).ToJsonString()),
            };
            if (GgufVocabulary.Read(source.Metadata) is { } vocabulary)
            {
                texts[ModelFileNames.Tokenizer] = GgufTokenizer.Write(vocabulary);
                texts[ModelFileNames.TokenizerConfig] = Encoding.UTF8.GetBytes(GgufTokenizer.Config(vocabulary).ToJsonString());
                texts[ModelFileNames.GenerationConfig] = Encoding.UTF8.GetBytes(GgufTokenizer.Generation(vocabulary).ToJsonString());
            }

            return texts;
        }
        finally
        {
            // Memory that a store has filled is the weights' own, which are still to be loaded.
            if (LocalDirectory is not null)
            {
                source.Dispose();
            }
            else
            {
                _kept = source;
            }
        }
    }

    private static List<string> NamesIn(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*.gguf").Select(path => Path.GetFileName(path))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];    // whoever reads the files next says what is wrong with the directory
        }
    }
}
