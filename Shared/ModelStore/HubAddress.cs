using System.Text.RegularExpressions;

namespace Rill.ModelStore;

/// <summary>A repository of the Hugging Face hub, or of a server with its HTTP interface.</summary>
/// <param name="Repository">ORG/NAME.</param>
/// <param name="Revision">A branch, tag or commit.</param>
public sealed partial record HubAddress(string Repository, string Revision) : ModelAddress
{
    /// <inheritdoc/>
    public override string Name => Repository[(Repository.IndexOf('/') + 1)..];

    /// <inheritdoc/>
    public override string ToString() => $"hf://{Repository}@{Revision}";

    internal static HubAddress? Of(string text) =>
        Form().Match(text) is { Success: true } match
            ? new(match.Groups["repository"].Value, match.Groups["revision"] is { Success: true } revision ? revision.Value : "main")
            : null;

    [GeneratedRegex(@"^hf://(?<repository>[\w-][\w.-]*/[\w-][\w.-]*)(@(?<revision>[\w-][\w./-]*))?/?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
