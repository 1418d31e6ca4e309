using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Rill.FunctionApp.Telemetry;

/// <summary>Completes ASP.NET Core's span of a request by what the HTTP conventions ask for and only the function knows.</summary>
internal static class ServerSpan
{
    /// <summary>The attribute that has the route.</summary>
    public const string RouteTag = "http.route";

    /// <summary>Names the span by method and route, and notes the status; an abort after the headers counts as an error.</summary>
    /// <param name="http">The answered request.</param>
    public static void Complete(HttpContext http)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity)
        {
            return;
        }

        var status = http.Response.StatusCode;
        if (RouteOf(http) is { } route)
        {
            activity.DisplayName = $"{http.Request.Method} {route}";
            activity.SetTag(RouteTag, route);
        }

        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag("error.type", $"{status}").SetStatus(ActivityStatusCode.Error);
        }
        else if (http.RequestAborted.IsCancellationRequested)
        {
            activity.SetTag("error.type", "aborted").SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>The route's template. Reading the root is a route of its own, though the function for unknown paths answers it.</summary>
    private static string? RouteOf(HttpContext http)
    {
        var request = http.Request;
        return request.Path.Value is null or "" or "/" && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            ? "/"
            : (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
    }
}
