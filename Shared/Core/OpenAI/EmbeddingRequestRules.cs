namespace Rill.OpenAI;

/// <summary>The ranges of contract A.4. What depends on the model is checked where the model is known.</summary>
public static class EmbeddingRequestRules
{
    /// <summary>Most inputs, as OpenAI has it.</summary>
    public const int MaxInputs = 2_048;

    /// <summary>The first rule that the request breaks, or null.</summary>
    public static ApiError? Check(EmbeddingRequest request, ChatRequestLimits limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        return request switch
        {
            { Model: { } model } when !limits.ModelIds.Contains(model) => ApiError.ModelNotFound(model),
            { Dimensions: < 1 } => ApiError.InvalidValue("dimensions", "dimensions must be at least 1."),
            _ => CheckInputs(request),
        };
    }

    /// <summary>An empty text would have the vector of nothing, which says nothing: OpenAI refuses it as well.</summary>
    private static ApiError? CheckInputs(EmbeddingRequest request)
    {
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            if (request.Inputs[i].Text is "")
            {
                return ApiError.InvalidValue(request.NameOf(i), $"{request.NameOf(i)} must not be empty.");
            }
        }

        return null;
    }
}
