using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>. They do not wait for the model: what is known of it is told.</summary>
public sealed class Models(ModelGate gate)
{
    /// <summary>The list of models: one.</summary>
    [Function("ListModels")]
    public async Task ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/models")] HttpRequest request)
    {
        if (await Methods.IsReadAsync(request.HttpContext))
        {
            await JsonResponse.WriteAsync(request.HttpContext, new ModelList([gate.Card]), OpenAIJson.Wire.ModelList);
        }
    }

    /// <summary>One model; its id may hold slashes, plain or as %2F. The route asks for one segment at least: the list above is another function's.</summary>
    [Function("GetModel")]
    public async Task GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/models/{id}/{*rest}")] HttpRequest request)
    {
        var http = request.HttpContext;
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        // Taken from the path rather than from the route value: hosts differ in whether they decode %2F there.
        var id = Uri.UnescapeDataString(request.Path.Value!["/v1/models/".Length..]);
        await (id == gate.Card.Id
            ? JsonResponse.WriteAsync(http, gate.Card, OpenAIJson.Wire.ModelCard)
            : ErrorResponse.WriteAsync(http, ApiError.ModelNotFound(id), http.RequestAborted));
    }
}
