using System.Security.Cryptography;

namespace Rill.Models.Adapters;

/// <summary>
/// A low-rank adapter in PEFT's form (arXiv 2106.09685), fitted to a decoder: for some of its matrices W, y = W x + s B(A x). The matrices lie
/// in the adapter's file, and are valid until this is disposed.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly SafetensorsFile _file;

    private LoraAdapter(SafetensorsFile file, IReadOnlyDictionary<string, LoraPart> parts, byte[] hash) => (_file, Parts, Hash) = (file, parts, hash);

    /// <summary>What is added, by the name of the decoder's matrix without ".weight".</summary>
    public IReadOnlyDictionary<string, LoraPart> Parts { get; }

    /// <summary>SHA-256 of configuration and matrices.</summary>
    public IReadOnlyList<byte> Hash { get; }

    /// <summary>The greatest rank of a module.</summary>
    public int Rank => (int)Parts.Values.Max(part => part.A.Shape[0]);

    /// <summary>Reads an adapter and fits it to a decoder.</summary>
    /// <param name="files">adapter_config.json and adapter_model.safetensors.</param>
    /// <param name="spec">The base.</param>
    /// <exception cref="ModelFormatException">It is broken, does not fit, or asks for what is not served; the message names what.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static LoraAdapter Read(ModelFiles files, DecoderSpec spec)
    {
        var config = AdapterConfig.Load(files);
        if (!files.Has(ModelFileNames.AdapterWeights))
        {
            throw new ModelFormatException(files.Has("adapter_model.bin")
                ? $"{files.Describe("adapter_model.bin")} is a pickle, which may hold programs; save it as {ModelFileNames.AdapterWeights}."
                : $"{files.Describe(ModelFileNames.AdapterWeights)} does not exist; an adapter needs it beside its {ModelFileNames.AdapterConfig}.");
        }

        var file = SafetensorsFile.Open(files, ModelFileNames.AdapterWeights);
        try
        {
            var parts = new AdapterReader(file, config, spec).Read();
            return new(file, parts, HashOf(files, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives the file's memory back.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] HashOf(ModelFiles files, SafetensorsFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(files.Read(ModelFileNames.AdapterConfig).Span);
        hash.AppendData(file.HeaderHash);
        foreach (var name in file.TensorNames.Order(StringComparer.Ordinal))
        {
            hash.AppendData(file.Sample(name, int.MaxValue));
        }

        return hash.GetHashAndReset();
    }
}

/// <summary>What an adapter adds to one matrix of the decoder.</summary>
/// <param name="A">[rank, inputs], in the adapter's file; the same for all matrices that are one module of the base.</param>
/// <param name="B">[the module's outputs, rank].</param>
/// <param name="Rows">Which rows of B belong to the matrix.</param>
/// <param name="Outputs">How many.</param>
/// <param name="Scale">s.</param>
public sealed record LoraPart(Weight A, Weight B, AdapterRows Rows, long Outputs, float Scale);

/// <summary>Which row of a published module is which row of a decoder's matrix.</summary>
/// <param name="Pattern">The rows that are the matrix's; null for all.</param>
/// <param name="TurnedHead">
/// 0, or the width of a head whose halves lie element by element beside each other in the matrix, as llama.cpp converts queries and keys of
/// some architectures (its convert_hf_to_gguf.py, permute).
/// </param>
public readonly record struct AdapterRows(RowPattern? Pattern, int TurnedHead = 0)
{
    /// <summary>The module's row for a row of the matrix.</summary>
    public long At(long row)
    {
        var own = TurnedHead == 0 ? row : (row / TurnedHead * TurnedHead) + (row % 2 * (TurnedHead / 2)) + (row % TurnedHead / 2);
        return Pattern?.At(own) ?? own;
    }
}
