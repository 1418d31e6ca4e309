using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http.Responses;

namespace Rill.FunctionApp.Functions;

/// <summary><c>/v1/responses</c> and what is below it: the newer way of OpenAI's API to the same answers.</summary>
public sealed class ResponsesApi(ResponsesEndpoint endpoint)
{
    private const string Prefix = "/v1/responses/";

    /// <summary>Makes a response.</summary>
    [Function("CreateResponse")]
    public Task CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/responses")]
        HttpRequest request,
        FunctionContext context) => endpoint.RunAsync(request, context, "");

    /// <summary>Counts a request's tokens, or answers for a response that is kept.</summary>
    [Function("Responses")]
    public Task AnswerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/responses/{id}/{*rest}")]
        HttpRequest request,
        FunctionContext context) => endpoint.RunAsync(request, context, request.Path.Value![Prefix.Length..].TrimEnd('/'));
}
