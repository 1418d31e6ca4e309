using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>
/// Triggers take every method, so that a wrong one is answered here, with the error object and an Allow header, and not by the host
/// with an empty body.
/// </summary>
internal static class Methods
{
    /// <summary>True for GET and HEAD; any other method is answered with 405.</summary>
    public static ValueTask<bool> IsReadAsync(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? new(true) : RefuseAsync(http, "GET");

    /// <summary>True for POST; any other method is answered with 405.</summary>
    public static ValueTask<bool> IsPostAsync(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) ? new(true) : RefuseAsync(http, "POST");

    /// <summary>Answers with 405; false.</summary>
    public static async ValueTask<bool> RefuseAsync(HttpContext http, string allowed)
    {
        http.Response.Headers.Allow = allowed;
        await ErrorResponse.WriteAsync(http, ApiError.MethodNotAllowed(http.Request.Method, allowed), http.RequestAborted);
        return false;
    }
}
