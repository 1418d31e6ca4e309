using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.ModelStore;

/// <summary>Which files make a model, with sizes and hashes. Only these are fetched, and only complete.</summary>
public sealed partial record ModelManifest
{
    /// <summary>The manifest's own name in a container and in a pulled directory.</summary>
    public const string FileName = "rill-manifest.json";

    private const long MostBytes = 64 << 20;    // the hashes of a hundred thousand chunks have about 8 MB
    private const long MostBytesOfOthers = 16 << 20;
    private const int CurrentVersion = 1;
    private const int MostChunkBytes = 256 << 20;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Size of all chunks but a file's last.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>The files, in any order.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>Bytes of all files.</summary>
    [JsonIgnore]
    public long TotalBytes => Files.Sum(file => file.Size);

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="StoreException">It is not JSON of this format, or breaks its rules.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.Default.ModelManifest)?.Checked() ?? throw Wrong("it is empty");
        }
        catch (JsonException error)
        {
            throw new StoreException(StoreFailure.Invalid, $"{FileName} is not a manifest; write it anew with `rill models push`.", error);
        }
    }

    /// <summary>Refuses a manifest that is too large to be one, before it is read.</summary>
    /// <exception cref="StoreException">It is.</exception>
    internal static void CheckSize(long size, string place)
    {
        if (size > MostBytes)
        {
            throw new StoreException(StoreFailure.Invalid, $"{place} has {size} bytes, but a manifest has at most {MostBytes}.");
        }
    }

    /// <summary>The manifest as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Default.ModelManifest);

    /// <summary>This manifest, if it keeps its rules.</summary>
    /// <exception cref="StoreException">It does not.</exception>
    public ModelManifest Checked()
    {
        if (Version != CurrentVersion)
        {
            throw Wrong($"it is of version {Version}, and this build reads version {CurrentVersion}");
        }

        if (ChunkBytes is < 1 or > MostChunkBytes)
        {
            throw Wrong($"its chunk_bytes are not between 1 and {MostChunkBytes}");
        }

        if (Files.FirstOrDefault(file => !IsPlain(file.Name)) is { } stray)
        {
            throw Wrong($"it names the file '{stray.Name}', which is not a plain name");
        }

        if (Files.FirstOrDefault(file => file.Size < 1 || (file.Sha256 ?? file.GitId) is null || (file.Chunks is { } chunks && chunks.Count != ChunkCount(file))) is { } broken)
        {
            throw Wrong($"the size or the hashes of {broken.Name} are missing or do not fit");
        }

        if (Files.FirstOrDefault(file => !file.IsWeights && file.Size > MostBytesOf(file.Name)) is { } large)
        {
            throw Wrong($"{large.Name} has {large.Size} bytes, more than the {MostBytesOf(large.Name)} that Rill reads of such a file");
        }

        return Files.DistinctBy(file => file.Name, StringComparer.Ordinal).Count() == Files.Count ? this : throw Wrong("it names a file twice");
    }

    /// <summary>The number of a file's chunks.</summary>
    public int ChunkCount(ManifestFile file) => (int)((file.Size + ChunkBytes - 1) / ChunkBytes);

    /// <summary>A name that cannot lead out of a directory.</summary>
    private static bool IsPlain(string name) => ModelFileNames.Small.Contains(name)
        || (name.Length > 0 && name[0] != '.' && name.IndexOfAny(['/', '\\', '\0', ':']) < 0 && name != FileName);

    private static long MostBytesOf(string name) => ModelFileNames.Small.Contains(name) ? ModelFileNames.MostBytes(name) : MostBytesOfOthers;

    private static StoreException Wrong(string what) => new(StoreFailure.Invalid, $"{FileName} is wrong: {what}.");

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(ModelManifest))]
    private sealed partial class Json : JsonSerializerContext;
}
