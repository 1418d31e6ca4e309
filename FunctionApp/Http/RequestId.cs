using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>
/// The <c>x-request-id</c> of a response, which Anthropic's clients read as <c>request-id</c>: the client's own when it is 1 to 128 visible
/// ASCII characters, else a new one.
/// </summary>
internal static class RequestId
{
    /// <summary>The header's name.</summary>
    public const string Header = "x-request-id";

    /// <summary>Its name for Anthropic's clients.</summary>
    public const string AnthropicHeader = "request-id";

    private const int MaxLength = 128;

    /// <summary>Sets the response header.</summary>
    public static void Assign(HttpContext context)
    {
        var sent = context.Request.Headers[Header].ToString();
        var id = IsUsable(sent) ? sent : "req_" + Guid.NewGuid().ToString("N");
        (context.Response.Headers[Header], context.Response.Headers[AnthropicHeader]) = (id, id);
    }

    /// <summary>The response's id.</summary>
    public static string Of(HttpContext context) => context.Response.Headers[Header].ToString();

    private static bool IsUsable(string id) => id.Length is > 0 and <= MaxLength && id.All(c => c is > ' ' and < '\x7f');
}
