namespace Rill.OpenAI.Responses;

/// <summary>Errors in the names of the Responses API.</summary>
public static class ResponseErrors
{
    /// <summary>Chat's names of fields, and the names here.</summary>
    private static readonly (string Chat, string Here)[] s_names =
    [
        (ResponseFormat.SchemaPath, "text.format.schema"),
        ("max_completion_tokens", "max_output_tokens"),
        ("reasoning_effort", "reasoning.effort"),
        ("messages", "input"),
    ];

    private const string Function = "].function.";
    private const string Tool = "].";

    /// <summary>An error of chat's rules, which a request for a response passes too.</summary>
    public static ApiError OfChat(ApiError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        foreach (var (chat, here) in s_names)
        {
            if (error.Param == chat)
            {
                return error with { Param = here, Message = error.Message.Replace(chat, here, StringComparison.Ordinal) };
            }
        }

        // A function's members stand within function there.
        return error.Param?.Replace(Function, Tool, StringComparison.Ordinal) is { } param && param != error.Param
            ? error with { Param = param, Message = error.Message.Replace(error.Param, param, StringComparison.Ordinal) }
            : error;
    }

    /// <summary>404: no response of this id is stored, or not for this key.</summary>
    public static ApiError NotFound(string id) => NotFound("response", id, param: null, "response_not_found");

    /// <summary>404: the response to go on with is not stored, or one before it is not.</summary>
    public static ApiError PreviousNotFound(string id) =>
        NotFound("previous response", id, "previous_response_id", "previous_response_not_found");

    /// <summary>404: no item of this id is stored.</summary>
    public static ApiError ItemNotFound(string id, string param) => NotFound("item", id, param, "item_not_found");

    /// <summary>400: the response has ended, and was never one that runs by itself.</summary>
    public static ApiError CannotCancel() =>
        ApiError.InvalidValue(null, "Only a background response can be cancelled, and this server has none: close the connection instead.");

    private static ApiError NotFound(string what, string id, string? param, string code) => new(
        404,
        $"The {what} '{(id.Length <= 128 ? id : id[..128])}' is not stored here (store false, deleted, or given up for newer ones): send the whole conversation as input.",
        "invalid_request_error",
        param,
        code);
}
