using System.Text.RegularExpressions;

namespace Rill.ModelStore;

/// <summary>A repository of the Hugging Face hub, or of a server with its HTTP interface.</summary>
/// <param name="Repository">ORG/NAME.</param>
/// <param name="Revision">A branch, tag or commit.</param>
/// <param name="File">The GGUF file, with its folder, of a repository that holds several; of one in parts the first. Null for the whole.</param>
public sealed partial record HubAddress(string Repository, string Revision, string? File = null) : ModelAddress
{
    /// <inheritdoc/>
    public override string Name => File is null ? Repository[(Repository.IndexOf('/') + 1)..] : Path.GetFileNameWithoutExtension(File);

    /// <summary>The folder that holds the model's files, with a slash at its end; empty for the repository's own.</summary>
    internal string Folder => File is null ? "" : File[..(File.LastIndexOf('/') + 1)];

    /// <inheritdoc/>
    public override string ToString() => $"hf://{Repository}@{Revision}{(File is null ? "" : $"/{File}")}";

    internal static HubAddress? Of(string text) => Form().Match(text) is { Success: true } match
        ? new(
            match.Groups["repository"].Value,
            match.Groups["revision"] is { Success: true } revision ? revision.Value : "main",
            match.Groups["file"] is { Success: true } file ? file.Value : null)
        : null;

    // Before a file, a revision ends at its first slash.
    [GeneratedRegex(
        @"^hf://(?<repository>[\w-][\w.-]*/[\w-][\w.-]*)(@(?<revision>[\w-][\w./-]*?))?(/(?<file>([\w-][\w.+-]*/)*[\w-][\w.+-]*\.gguf))?/?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
