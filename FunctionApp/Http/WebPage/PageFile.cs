using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Rill.FunctionApp.Http.WebPage;

/// <summary>One file of the page, as it is and as it was compressed when it was built.</summary>
/// <param name="MediaType">Its type.</param>
/// <param name="Forms">Its bytes in each encoding, the smallest first, and last as they are, which is named <c>identity</c>.</param>
internal sealed record PageFile(string MediaType, IReadOnlyList<PageFileForm> Forms)
{
    /// <summary>The smallest form that the client takes; as it is where it says nothing.</summary>
    /// <param name="accepted">Its <c>Accept-Encoding</c>.</param>
    public PageFileForm FormFor(IList<StringWithQualityHeaderValue> accepted) =>
        Forms.FirstOrDefault(form => accepted.Any(encoding => encoding.Value == form.Encoding && encoding.Quality is not 0)) ?? Forms[^1];
}

/// <summary>A file's bytes in one encoding, with their own tag.</summary>
internal sealed class PageFileForm(string encoding, byte[] bytes)
{
    /// <summary>The name for bytes as they are.</summary>
    public const string Identity = "identity";

    /// <summary>The encoding's name in HTTP.</summary>
    public string Encoding => encoding;

    /// <summary>The content.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>A hash of the content: the same on every instance that serves the same build.</summary>
    public EntityTagHeaderValue Tag { get; } = new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"");
}
