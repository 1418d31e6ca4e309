using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Answers of what is served (contract A.3).</summary>
internal static class ModelCards
{
    /// <summary>The list of models.</summary>
    public static async Task WriteAllAsync(HttpContext http, ModelGate gate)
    {
        if (await Methods.IsReadAsync(http))
        {
            await JsonResponse.WriteAsync(http, new ModelList(gate.Cards), OpenAIJson.Wire.ModelList);
        }
    }

    /// <summary>The model of an id that stands in a path, or 404.</summary>
    public static async Task WriteOneAsync(HttpContext http, ModelGate gate, string escapedId)
    {
        if (!await Methods.IsReadAsync(http))
        {
            return;
        }

        var id = Uri.UnescapeDataString(escapedId);
        await (gate.Find(id) is { } card
            ? JsonResponse.WriteAsync(http, card, OpenAIJson.Wire.ModelCard)
            : ErrorResponse.WriteAsync(http, ApiError.ModelNotFound(id), http.RequestAborted));
    }
}
