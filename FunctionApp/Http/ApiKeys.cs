using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>The configured bearer keys, kept as SHA-256 hashes and compared in constant time.</summary>
internal sealed class ApiKeys(IEnumerable<string> keys)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes = [.. keys.Where(key => key.Length > 0).Select(Hash)];

    /// <summary>True when no key is configured, so that every request passes.</summary>
    public bool IsOpen => _hashes.Length == 0;

    /// <summary>Whether the request carries one of the keys. Every key is compared, whichever matches.</summary>
    public bool Admits(HttpRequest request)
    {
        if (IsOpen)
        {
            return true;
        }

        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var presented = Hash(header[Scheme.Length..].Trim());
        var matches = false;
        foreach (var hash in _hashes)
        {
            matches |= CryptographicOperations.FixedTimeEquals(hash, presented);
        }

        return matches;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
