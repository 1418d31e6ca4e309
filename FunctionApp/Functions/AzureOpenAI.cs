using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.Responses;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary>
/// The addresses of Azure OpenAI (contract A.7): <c>/openai/deployments/{name}/...</c>, where the name is the model's, and
/// <c>/openai/v1/...</c>. What is behind them is the same as under <c>/v1</c>.
/// </summary>
public sealed class AzureOpenAI(Responder responder, ResponsesEndpoint responses, ModelGate gate)
{
    private const string Prefix = "/openai/";
    private const string Deployments = "deployments/";

    // With and without the version's part.
    private static readonly string[] s_models = ["v1/models", "models"];
    private static readonly string[] s_responses = ["v1/responses", "responses"];

    /// <summary>The longer one first, since it ends like the other.</summary>
    private static readonly (string Endpoint, Func<RequestBody, string?, (IEndpointRequest?, ApiError?)> Read)[] s_endpoints =
        [("/chat/completions", ChatRequest.Read), ("/completions", TextRequest.Read), ("/embeddings", EmbeddingsRequest.Read)];

    /// <summary>Finds what is asked. One function for all of them, since a deployment's name may hold slashes, plain or as %2F.</summary>
    [Function("AzureOpenAI")]
    public Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "openai/{first}/{*rest}")]
        HttpRequest request,
        FunctionContext context)
    {
        var http = request.HttpContext;
        var path = request.Path.Value![Prefix.Length..].TrimEnd('/');
        if (Below(s_models, path) is { } model)
        {
            return model.Length == 0 ? ModelCards.WriteAllAsync(http, gate) : ModelCards.WriteOneAsync(http, gate, model);
        }

        if (Below(s_responses, path) is { } response)
        {
            return responses.RunAsync(request, context, response);
        }

        var (endpoint, read) = s_endpoints.FirstOrDefault(served => path.EndsWith(served.Endpoint, StringComparison.Ordinal));
        return (endpoint is null ? null : path[..^endpoint.Length]) switch
        {
            "v1" => responder.RunAsync(request, context, body => read(body, null)),
            { } owner when owner.StartsWith(Deployments, StringComparison.Ordinal) =>
                RunAsync(request, context, Uri.UnescapeDataString(owner[Deployments.Length..]), read),
            _ => NotFound.AnswerAsync(http),
        };
    }

    /// <summary>What a path says below one of several addresses, nothing for the address itself; null for any other path.</summary>
    private static string? Below(string[] addresses, string path) =>
        addresses.FirstOrDefault(address => path == address || path.StartsWith(address + "/", StringComparison.Ordinal)) is { } found
            ? path[found.Length..].TrimStart('/')
            : null;

    /// <summary>The deployment is the model, whatever the body names.</summary>
    private Task RunAsync(
        HttpRequest request, FunctionContext context, string deployment, Func<RequestBody, string?, (IEndpointRequest?, ApiError?)> read) =>
        gate.Find(deployment) is not null
        ? responder.RunAsync(request, context, body => read(body, deployment))
        : ErrorResponse.WriteAsync(request.HttpContext, ApiError.DeploymentNotFound(deployment), request.HttpContext.RequestAborted);
}
