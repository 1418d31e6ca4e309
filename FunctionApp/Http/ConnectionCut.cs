using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>The end of a response that has begun and cannot be completed.</summary>
internal static class ConnectionCut
{
    // 50 ms were enough in every measured run (contract M2), but a busy host may need longer until it passes on what came last.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// Cuts the connection, once what was sent is likely to have passed the host's proxy: where a connection ends at once the proxy forgets
    /// what it holds of it, the headers too (contract B.8).
    /// </summary>
    public static async Task CutAsync(this HttpContext http, TimeProvider time)
    {
        await Task.Delay(s_grace, time, CancellationToken.None);
        http.Abort();
    }
}
