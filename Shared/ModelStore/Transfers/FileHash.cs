using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rill.ModelStore.Transfers;

/// <summary>The hash of a whole file, fed in order: SHA-256, or git's object id where a hub knows nothing else.</summary>
internal sealed class FileHash : IDisposable
{
    private const int ReadSize = 1 << 20;

    private readonly IncrementalHash _hash;
    private readonly string _expected;

    public FileHash(ManifestFile file)
    {
        _expected = file.Sha256 ?? file.GitId!;
        _hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (file.Sha256 is null)
        {
            _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
        }
    }

    public static string Hex(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash);

    /// <summary>What a wrong hash is called.</summary>
    public static string Damaged(string place) =>
        $"{place} does not have the hash that its manifest names: it is damaged, or an upload is under way; push or pull the model again.";

    /// <summary>Whether a local file has its size and its hash.</summary>
    /// <param name="path">The file.</param>
    /// <param name="file">What it should be.</param>
    /// <param name="read">Told of bytes as they are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<bool> MatchesAsync(string path, ManifestFile file, Action<long>? read, CancellationToken cancellationToken)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != file.Size)
        {
            return false;
        }

        using var hash = new FileHash(file);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var buffer = new byte[ReadSize];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            hash.Append(buffer.AsSpan(0, count));
            read?.Invoke(count);
        }

        return hash.IsRight();
    }

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Whether what was appended is the file. Ends the hash.</summary>
    public bool IsRight() => string.Equals(Hex(_hash.GetHashAndReset()), _expected, StringComparison.OrdinalIgnoreCase);

    public void Dispose() => _hash.Dispose();
}
