using System.Net;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>A body of zeros whose length is not announced, sent at the pace of the test.</summary>
internal sealed class ChunkedContent(int chunks, int chunkBytes, TimeSpan pause) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var chunk = new byte[chunkBytes];
        for (var i = 0; i < chunks; i++)
        {
            await stream.WriteAsync(chunk);
            await stream.FlushAsync();
            await Task.Delay(pause);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
