using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Loading;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/load_lora_adapter</c> and <c>POST /v1/unload_lora_adapter</c>, where the settings allow them (contract A.9).</summary>
public sealed class Adapters(Responder responder, AdapterShelf shelf, ModelGate gate)
{
    /// <summary>Loads an adapter; requests may name it when this is answered.</summary>
    [Function("LoadLoraAdapter")]
    public Task LoadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/load_lora_adapter")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, body => AdapterCall.ReadLoad(body, shelf));

    /// <summary>Unloads an adapter; no request gets it any more when this is answered.</summary>
    [Function("UnloadLoraAdapter")]
    public Task UnloadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/unload_lora_adapter")]
        HttpRequest request,
        FunctionContext context) => responder.RunAsync(request, context, body => AdapterCall.ReadUnload(body, shelf, gate));
}
