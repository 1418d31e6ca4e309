using System.Net.Http.Headers;

namespace Rill.Bench.Load;

/// <summary>Reads a blob by parallel ranges with a bare HttpClient: the least that any loader does.</summary>
internal static class PlainReader
{
    /// <summary>Reads all bytes of an address into memory, or forgets them where there is none.</summary>
    public static async Task ReadAsync(Uri address, long length, int chunkBytes, int parallelism, byte[]? memory = null)
    {
        using var client = new HttpClient();
        var offsets = Enumerable.Range(0, (int)((length + chunkBytes - 1) / chunkBytes)).Select(index => (long)index * chunkBytes);
        await Parallel.ForEachAsync(offsets, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, async (offset, token) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Range = new RangeHeaderValue(offset, Math.Min(length, offset + chunkBytes) - 1);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            response.EnsureSuccessStatusCode();
            using var body = await response.Content.ReadAsStreamAsync(token);
            if (memory is not null)
            {
                await body.ReadExactlyAsync(memory.AsMemory((int)offset, (int)Math.Min(chunkBytes, length - offset)), token);
                return;
            }

            var buffer = new byte[256 * 1024];
            while (await body.ReadAsync(buffer, token) > 0)
            {
                // Forgotten.
            }
        });
    }
}
