using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rill.Chat.Responses;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>Answers for the responses that are kept: the object, its input items, its end.</summary>
internal sealed class StoredResponses(ResponseStore store)
{
    private const int DefaultLimit = 20, MostItems = 100;

    /// <summary>Answers a request to <c>responses/{id}</c> or below it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="path">The id and what follows it, at least one segment.</param>
    /// <param name="owner">Who asks.</param>
    public Task AnswerAsync(HttpContext http, string[] path, int owner)
    {
        var id = path[0];
        return path[1..] switch
        {
            // What the official clients know below this path and is not served: compact.
            [] when !id.StartsWith(ResponseItemId.ResponsePrefix, StringComparison.Ordinal) && HttpMethods.IsPost(http.Request.Method) => UnknownAsync(http),
            [] => AnswerForOneAsync(http, id, owner),
            ["input_items"] => ListInputAsync(http, id, owner),
            ["cancel"] => CancelAsync(http, id, owner),
            _ => UnknownAsync(http),
        };
    }

    private async Task AnswerForOneAsync(HttpContext http, string id, int owner)
    {
        if (HttpMethods.IsDelete(http.Request.Method))
        {
            await (store.Remove(id, owner)
                ? JsonResponse.WriteAsync(http, new DeletedResponse(id), ResponsesJson.Wire.DeletedResponse, cancellationToken: http.RequestAborted)
                : ErrorResponse.WriteAsync(http, ResponseErrors.NotFound(id), http.RequestAborted));
        }
        else if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            await Methods.RefuseAsync(http, "GET, DELETE");
        }
        else if (http.Request.Query["stream"].ToString() is "true" or "1")
        {
            await ErrorResponse.WriteAsync(
                http, ApiError.UnsupportedParameter("stream", "A stream of a response that has ended is not kept: leave stream out to get the response."), http.RequestAborted);
        }
        else
        {
            await WriteAsync(http, id, owner);
        }
    }

    private async Task WriteAsync(HttpContext http, string id, int owner)
    {
        if (store.Find(id, owner) is not { } stored)
        {
            await ErrorResponse.WriteAsync(http, ResponseErrors.NotFound(id), http.RequestAborted);
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(stored.Json, http.RequestAborted);
        }
    }

    private async Task ListInputAsync(HttpContext http, string id, int owner)
    {
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        var (page, error) = store.Find(id, owner) is { } stored ? Page(stored.ReadInput(), http.Request.Query) : (null, ResponseErrors.NotFound(id));
        await (page is null
            ? ErrorResponse.WriteAsync(http, error!, http.RequestAborted)
            : JsonResponse.WriteAsync(http, page, ResponsesJson.Wire.ResponseItemList, cancellationToken: http.RequestAborted));
    }

    /// <summary>The newest first, as the official API has it, unless the query says otherwise.</summary>
    private static (ResponseItemList? Page, ApiError? Error) Page(IReadOnlyList<ResponseItem> items, IQueryCollection query)
    {
        var (limit, order, after) = (query["limit"].ToString(), query["order"].ToString(), query["after"].ToString());
        var count = DefaultLimit;
        if (limit.Length > 0 && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MostItems))
        {
            return (null, ApiError.InvalidValue("limit", $"limit must be a whole number in [1, {MostItems}]."));
        }

        if (order is not ("" or "asc" or "desc"))
        {
            return (null, ApiError.InvalidValue("order", "order must be asc or desc."));
        }

        var ordered = order == "asc" ? items : [.. items.Reverse()];
        var rest = after.Length == 0 ? ordered : [.. ordered.SkipWhile(item => item.Id != after).Skip(1)];
        return (new ResponseItemList([.. rest.Take(count)], rest.Count > count), null);
    }

    private async Task CancelAsync(HttpContext http, string id, int owner)
    {
        if (await Methods.IsPostAsync(http))
        {
            await ErrorResponse.WriteAsync(
                http, store.Find(id, owner) is null ? ResponseErrors.NotFound(id) : ResponseErrors.CannotCancel(), http.RequestAborted);
        }
    }

    private static Task UnknownAsync(HttpContext http) => ErrorResponse.WriteAsync(
        http, ApiError.UnknownUrl(http.Request.Method, http.Request.Path), http.RequestAborted);
}
