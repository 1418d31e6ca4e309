namespace Rill.ModelStore;

/// <summary>A directory of the local disk.</summary>
/// <param name="Path">As written; may be relative.</param>
public sealed record DirectoryAddress(string Path) : ModelAddress
{
    /// <inheritdoc/>
    public override string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));

    /// <inheritdoc/>
    public override string ToString() => Path;
}
