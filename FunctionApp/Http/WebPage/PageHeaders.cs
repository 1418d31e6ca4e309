using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Rill.FunctionApp.Http.WebPage;

/// <summary>What a browser is told of the page's files: what they may do, and how long they are good.</summary>
internal static class PageHeaders
{
    /// <summary>
    /// Its own scripts, styles and pictures, and requests to its own server; nothing inline, nothing of elsewhere, no frame around it, and text
    /// becomes markup through DOMPurify alone.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types dompurify";

    private const string Year = "public, max-age=31536000, immutable";

    /// <summary>Sets them.</summary>
    /// <param name="http">The answer's.</param>
    /// <param name="isHashed">Whether the file's name changes with its content.</param>
    public static void Set(HttpContext http, bool isHashed)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers.CacheControl = isHashed ? Year : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
    }
}
