using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Functions;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>. They do not wait for the model: what is known of it is told.</summary>
public sealed class Models(ModelGate gate)
{
    /// <summary>The list of models: one.</summary>
    [Function("ListModels")]
    public Task ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/models")] HttpRequest request) =>
        ModelCards.WriteAllAsync(request.HttpContext, gate);

    /// <summary>One model; its id may hold slashes, plain or as %2F. The route asks for one segment at least: the list above is another function's.</summary>
    [Function("GetModel")]
    public Task GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/models/{id}/{*rest}")] HttpRequest request) =>
        // Taken from the path rather than from the route value: hosts differ in whether they decode %2F there.
        ModelCards.WriteOneAsync(request.HttpContext, gate, request.Path.Value!["/v1/models/".Length..]);
}
