using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http.WebPage;

/// <summary>
/// The web page (docs/page.md). Its files hold no secret and are given to everybody; what it asks of the API passes the gate with a key, as
/// any client's requests do.
/// </summary>
public sealed class PageSite
{
    private readonly PageFiles _files;

    internal PageSite(PageFiles files, RillOptions options) =>
        (_files, IsOn) = (files, !options.Page.Equals("off", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the settings want the page.</summary>
    internal bool IsOn { get; }

    /// <summary>Whether a request is for the page, rather than for the API.</summary>
    internal bool IsFor(HttpRequest request) =>
        IsOn && PagePaths.Owns(request.Path.Value ?? "") && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

    /// <summary>Answers a GET or HEAD with the page or a file of it; false, and nothing is answered, where there is no such file.</summary>
    internal async Task<bool> TryAnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (!IsFor(http.Request))
        {
            return false;
        }

        if (path == "/chat/")
        {
            // The page names its files relative to its own address.
            await TypedResults.Redirect("../chat", permanent: true, preserveMethod: true).ExecuteAsync(http);
            return true;
        }

        var isPage = PagePaths.IsPage(path);
        if (_files.Find(isPage ? PageFiles.Index : path[1..]) is { } file)
        {
            PageHeaders.Set(http, isHashed: !isPage);
            await AnswerAsync(http, file);
            return true;
        }

        if (isPage)
        {
            PageHeaders.Set(http, isHashed: false);
            await TypedResults.Content(WithoutPage(http.Request), "text/html; charset=utf-8").ExecuteAsync(http);
        }

        return isPage;
    }

    private static Task AnswerAsync(HttpContext http, PageFile file)
    {
        var form = file.FormFor(http.Request.GetTypedHeaders().AcceptEncoding);
        if (form.Encoding != PageFileForm.Identity)
        {
            http.Response.Headers.ContentEncoding = form.Encoding;
        }

        return TypedResults.Bytes(form.Bytes, file.MediaType, entityTag: form.Tag).ExecuteAsync(http);
    }

    private static string WithoutPage(HttpRequest request) => $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Rill</title>
        <p>The chat page was not built, because Node was not found or npm could not install its packages: install Node 20.19, 22.12 or later and start ./run again.
        <p>The API is at <code>{HtmlEncoder.Default.Encode($"{request.Scheme}://{request.Host}/v1")}</code>.
        </html>
        """;
}
