using Rill.Models.Gguf;

namespace Rill.ModelStore;

/// <summary>A directory of the local disk, or a GGUF file.</summary>
/// <param name="Path">As written; may be relative.</param>
public sealed record DirectoryAddress(string Path) : ModelAddress
{
    /// <inheritdoc/>
    public override string Name => GgufNames.Is(Path)
        ? System.IO.Path.GetFileNameWithoutExtension(Path)
        : System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));

    /// <inheritdoc/>
    public override string ToString() => Path;
}
