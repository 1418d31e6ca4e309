using System.Globalization;
using Rill.Anthropic;
using Rill.OpenAI;

namespace Rill.Chat.Output.Messages;

/// <summary>Errors in the words of the Messages API (contract A.8).</summary>
public static class MessageErrors
{
    /// <summary>The code of a request for a message thread: clients that know it send the request again, whole and without the thread.</summary>
    public const string ThreadCode = "thread_unsupported_request";

    private const string ContinueFinalMessage = "continue_final_message";
    private const string Prefill = "a prefill (a last message of role assistant)";

    /// <summary>What chat calls otherwise than this API.</summary>
    private static readonly (string Chat, string Here)[] s_names =
    [
        ("stop", "stop_sequences"),
        (ResponseFormat.SchemaPath, "output_config.format.schema"),
    ];

    /// <summary>The body of an answer, or of the event that ends a stream.</summary>
    public static MessageErrorBody Of(ApiError error, string requestId)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new MessageErrorBody(
            new MessageError(TypeOf(error.Status), Text(error))
            {
                Details = error.Code == ThreadCode ? new MessageErrorDetails(ThreadCode, []) : null,
            },
            requestId);
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 or 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };

    /// <summary>The field's path, as this API writes it, and a sentence. Coding agents read both numbers out of the first one here.</summary>
    private static string Text(ApiError error)
    {
        if (error.Overflow is var (prompt, context))
        {
            return string.Create(CultureInfo.InvariantCulture, $"prompt is too long: {prompt} tokens > {Math.Min(context, prompt - 1)} maximum");
        }

        if (error.Param is not { } param)
        {
            return error.Message;
        }

        var sentence = error.Code == "missing_required_parameter" ? "Field required"
            : error.Message.StartsWith(param + " ", StringComparison.Ordinal) ? error.Message[(param.Length + 1)..]
            : error.Message.Replace(ContinueFinalMessage, Prefill, StringComparison.Ordinal);
        if (s_names.FirstOrDefault(name => name.Chat == param) is { Here: { } here })
        {
            (param, sentence) = (here, sentence.Replace(param, here, StringComparison.Ordinal));
        }

        return $"{param.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)}: {sentence}";
    }
}
