using Rill.OpenAI;
using Rill.Text.Grammar;

namespace Rill.Chat.Constraints;

/// <summary>A form of answers that a request asks for and that cannot be had.</summary>
internal sealed class AnswerFormException(ApiError error) : Exception(error.Message)
{
    /// <summary>What to answer.</summary>
    public ApiError Error { get; } = error;

    /// <summary>For a schema at a place of the request.</summary>
    public static AnswerFormException Of(string path, SchemaException fault)
    {
        var message = $"{path} cannot be used: {fault.Message}.";
        return new(fault.IsUnsupported ? ApiError.UnsupportedParameter(path, message) : ApiError.InvalidValue(path, message));
    }
}
