using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>The <c>x-request-id</c> of a response: the client's own when it is 1 to 128 visible ASCII characters, else a new one.</summary>
internal static class RequestId
{
    /// <summary>The header's name.</summary>
    public const string Header = "x-request-id";
    private const int MaxLength = 128;

    /// <summary>Sets the response header.</summary>
    public static void Assign(HttpContext context)
    {
        var sent = context.Request.Headers[Header].ToString();
        context.Response.Headers[Header] = IsUsable(sent) ? sent : "req_" + Guid.NewGuid().ToString("N");
    }

    private static bool IsUsable(string id) => id.Length is > 0 and <= MaxLength && id.All(c => c is > ' ' and < '\x7f');
}
