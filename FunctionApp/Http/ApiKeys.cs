using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>
/// The configured keys, kept as SHA-256 hashes and compared in constant time. White space around one is none of it: a file that a secret is made
/// of ends with a line end.
/// </summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    private const string Scheme = "Bearer ";
    private static readonly string[] s_keyHeaders = ["api-key", "x-api-key"];

    private readonly byte[][] _hashes = [.. keys.Select(key => key.Trim()).Where(key => key.Length > 0).Select(Hash)];

    /// <summary>True when no key is configured, so that every request passes.</summary>
    public bool IsOpen => _hashes.Length == 0;

    /// <summary>Whether the request carries one of the keys, under any of the names that clients use.</summary>
    public bool Admits(HttpRequest request) => IsOpen || OwnerOf(request) is not null;

    /// <summary>
    /// Which of the keys the request carries, by its number; null for none of them. Every key is compared, whichever matches. What a request
    /// leaves behind is its key's alone.
    /// </summary>
    public int? OwnerOf(HttpRequest request)
    {
        int? owner = null;
        foreach (var key in Presented(request))
        {
            var presented = Hash(key);
            for (var i = 0; i < _hashes.Length; i++)
            {
                owner = CryptographicOperations.FixedTimeEquals(_hashes[i], presented) ? owner ?? i : owner;
            }
        }

        return owner;
    }

    /// <summary>OpenAI's clients send a bearer, Azure's an api-key, Anthropic's an x-api-key.</summary>
    private static IEnumerable<string> Presented(HttpRequest request)
    {
        var bearer = request.Headers.Authorization.ToString();
        if (bearer.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            yield return bearer[Scheme.Length..].Trim();
        }

        foreach (var name in s_keyHeaders)
        {
            if (request.Headers[name] is [{ Length: > 0 } key])
            {
                yield return key.Trim();
            }
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
