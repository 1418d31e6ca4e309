using System.Text;
using Rill.Models.Gguf;

namespace Rill;

/// <summary>
/// The files of one model, by their names, wherever they lie: in a directory (<see cref="InDirectory"/>), or in memory that a store has
/// filled. All that reads a model reads it from here. Disposing ends what <see cref="Open"/> gave.
/// </summary>
public abstract class ModelFiles : IDisposable
{
    /// <summary>The last part of the place: what the model is called where nothing else is said.</summary>
    public abstract string Name { get; }

    /// <summary>When the files were last written.</summary>
    public abstract DateTimeOffset Published { get; }

    /// <summary>The directory of the local disk that holds the files; null where they lie in memory.</summary>
    public virtual string? LocalDirectory => null;

    /// <summary>The files of a directory; where it holds a GGUF file and no safetensors, with what that file's metadata say in their place.</summary>
    public static ModelFiles InDirectory(string directory) => GgufModelFiles.OfDirectory(directory);

    /// <summary>The files of a directory, or what a GGUF file holds.</summary>
    public static ModelFiles At(string path) => IsGgufFile(path) ? GgufModelFiles.OfFile(path) : InDirectory(path);

    /// <summary>True for what <see cref="At"/> takes: a directory, or a GGUF file.</summary>
    public static bool IsThere(string path) => Directory.Exists(path) || IsGgufFile(path);

    /// <summary>True for an existing GGUF file.</summary>
    internal static bool IsGgufFile(string path) => GgufNames.Is(path) && File.Exists(path);

    /// <summary>How an error names a file: its path or its address.</summary>
    public abstract string Describe(string name);

    /// <summary>True when the model has this file.</summary>
    public abstract bool Has(string name);

    /// <summary>What changes when the file does: its hash, or its size and when it was written.</summary>
    /// <exception cref="ModelFileException">The file is missing, or must not be read.</exception>
    public abstract string Stamp(string name);

    /// <summary>The path of a file of the local disk, behind its links; null where the files lie in memory.</summary>
    /// <exception cref="ModelFileException">The file must not be read.</exception>
    public virtual string? LocalPath(string name) => null;

    /// <summary>The content of a small file.</summary>
    /// <param name="name">One of <see cref="ModelFileNames.Small"/>.</param>
    /// <exception cref="ModelFileException">The file is missing, too large, or cannot or must not be read.</exception>
    public ReadOnlyMemory<byte> Read(string name)
    {
        _ = ModelFileNames.MostBytes(name);
        return ReadAll(name);
    }

    /// <summary>A file of any size where it lies in memory; the caller disposes it.</summary>
    /// <exception cref="ModelFileException">The file is missing or empty, or cannot or must not be read.</exception>
    public abstract FileMemory Open(string name);

    /// <summary>The text of a small UTF-8 file, without its byte order mark.</summary>
    /// <param name="name">One of <see cref="ModelFileNames.Small"/>.</param>
    /// <exception cref="ModelFileException">The file is missing, too large, or cannot or must not be read.</exception>
    public string ReadText(string name)
    {
        var bytes = Read(name).Span;
        return Encoding.UTF8.GetString(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
    }

    /// <summary>The content of one of <see cref="ModelFileNames.Small"/>, whose size is within its bound.</summary>
    protected abstract ReadOnlyMemory<byte> ReadAll(string name);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
