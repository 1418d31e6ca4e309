using System.Globalization;

namespace Rill.OpenAI;

/// <summary>
/// An answer that is not a success, in OpenAI's words: the HTTP status and the members of the error object (contract A.0).
/// Bad input travels as this value, never as an exception.
/// </summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Message">One sentence that says what is wrong and what to do; never holds prompt text.</param>
/// <param name="Type">OpenAI's error type, such as invalid_request_error.</param>
/// <param name="Param">The field at fault, such as <c>messages[0].content</c>, or null.</param>
/// <param name="Code">OpenAI's error code, such as invalid_value; always a string.</param>
/// <param name="RetryAfterSeconds">Value of the Retry-After header, at least 1; set wherever a client should try again.</param>
public sealed record ApiError(int Status, string Message, string Type, string? Param, string? Code, int? RetryAfterSeconds = null)
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Unavailable = "service_unavailable_error";

    // Where it is not known when to come back. Without a word the .NET client asks four times within a tenth of a second (contract M5, M7).
    private const int Soon = 1;

    /// <summary>Tokens of the prompt and of the context, where the one does not fit the other; null for every other error.</summary>
    public (int Prompt, int Context)? Overflow { get; init; }

    /// <summary>The JSON body: <c>{"error":{...}}</c> with all four keys.</summary>
    public ErrorBody ToBody() => new(new ErrorDetail(Message, Type, Param, Code));

    /// <summary>400: a field has a wrong type or lies outside its range.</summary>
    public static ApiError InvalidValue(string? param, string message) => new(400, message, InvalidRequest, param, "invalid_value");

    /// <summary>400: a required field is absent or null.</summary>
    public static ApiError MissingParameter(string param) =>
        new(400, $"{param} is required.", InvalidRequest, param, "missing_required_parameter");

    /// <summary>400: the body is not JSON.</summary>
    public static ApiError InvalidJson(string message) => new(400, message, InvalidRequest, null, "invalid_json");

    /// <summary>400: a field of OpenAI's or vLLM's API that this server does not implement.</summary>
    public static ApiError UnsupportedParameter(string param, string message) =>
        new(400, message, InvalidRequest, param, "unsupported_parameter");

    /// <summary>400: the prompt alone does not fit the context with room for one token.</summary>
    public static ApiError ContextLengthExceeded(int promptTokens, int contextLength, string param = "messages") =>
        new(400,
            string.Create(CultureInfo.InvariantCulture,
                $"The prompt has {promptTokens} tokens, but the context holds {contextLength}, one of them for the answer: shorten {param}."),
            InvalidRequest, param, "context_length_exceeded")
        {
            Overflow = (promptTokens, contextLength),
        };

    /// <summary>400: a text that is to be embedded does not fit the context.</summary>
    public static ApiError InputTooLong(int tokens, int contextLength, string param) =>
        new(400,
            string.Create(CultureInfo.InvariantCulture, $"{param} has {tokens} tokens, but the context holds {contextLength}: shorten it, or embed it in parts."),
            InvalidRequest, param, "context_length_exceeded");

    /// <summary>401: no key, or a wrong one.</summary>
    public static ApiError InvalidApiKey() =>
        new(401, "The API key is missing or wrong: send it as 'Authorization: Bearer KEY', or in the header api-key or x-api-key.", "authentication_error", null, "invalid_api_key");

    /// <summary>403: the settings do not let requests load adapters.</summary>
    public static ApiError AdapterLoadingOff() =>
        new(403, "This server loads no adapters on request: whoever runs it can allow it (setting Rill__Adapters__AllowLoading).",
            "permission_error", null, "adapter_loading_disabled");

    /// <summary>404: no adapter is where the request says, or of the name that it says.</summary>
    public static ApiError AdapterNotFound(string param, string message) => new(404, message, InvalidRequest, param, "adapter_not_found");

    /// <summary>404: the model is not served here.</summary>
    public static ApiError ModelNotFound(string model) =>
        new(404, $"The model '{Shorten(model)}' does not exist: GET /v1/models lists those that do.", InvalidRequest, "model", "model_not_found");

    /// <summary>404: Azure's word for a model that is not served here.</summary>
    public static ApiError DeploymentNotFound(string deployment) =>
        new(404, $"The deployment '{Shorten(deployment)}' does not exist: name the model that GET /v1/models lists.", InvalidRequest, "model", "DeploymentNotFound");

    /// <summary>404: no such route.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">Its path.</param>
    /// <param name="hint">A sentence that says which address is meant; null where nothing resembles it.</param>
    public static ApiError UnknownUrl(string method, string path, string? hint = null) =>
        new(404, $"Unknown request URL: {method} {Shorten(path)}.{(hint is null ? "" : " " + hint)}", InvalidRequest, null, "unknown_url");

    /// <summary>405: the route exists, but not for this method.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="allowed">The methods that the route takes, as in the Allow header.</param>
    public static ApiError MethodNotAllowed(string method, string allowed) =>
        new(405, $"Method {Shorten(method)} is not allowed here: use {allowed}.", InvalidRequest, null, "method_not_allowed");

    /// <summary>415: the body's media type is not JSON.</summary>
    public static ApiError UnsupportedMediaType() =>
        new(415, "The Content-Type must be application/json.", InvalidRequest, null, "unsupported_media_type");

    /// <summary>415: the body is compressed in a way that is not read.</summary>
    public static ApiError UnsupportedContentEncoding() =>
        new(415, "The request body may be compressed with gzip alone: send it with Content-Encoding gzip, or without.", InvalidRequest, null, "unsupported_media_type");

    /// <summary>400: the body is not what its Content-Encoding says.</summary>
    public static ApiError BrokenCompression() =>
        InvalidJson("The request body is no valid gzip, as its Content-Encoding says it is: send it again, or without Content-Encoding.");

    /// <summary>408: the body came more slowly than the server waits.</summary>
    public static ApiError BodyTooSlow() =>
        new(408, "The request body came too slowly: send it again.", "timeout_error", null, "request_timeout", Soon);

    /// <summary>413: the body exceeds the cap.</summary>
    public static ApiError RequestTooLarge(long limitBytes) =>
        new(413, string.Create(CultureInfo.InvariantCulture, $"The request body exceeds the limit of {limitBytes} bytes."),
            InvalidRequest, null, "request_too_large");

    /// <summary>429: this key's own limit is spent.</summary>
    public static ApiError RateLimitExceeded(int retryAfterSeconds) =>
        new(429, "This key has reached its rate limit: try again later.", "rate_limit_error", null, "rate_limit_exceeded", AtLeastOne(retryAfterSeconds));

    /// <summary>500: our fault. The message says nothing of the cause; the log does.</summary>
    public static ApiError Internal() =>
        new(500, "The server failed while processing the request.", "server_error", null, "internal_error", Soon);

    /// <summary>503: the queue is full.</summary>
    public static ApiError Overloaded(int retryAfterSeconds) =>
        new(503, "The server is overloaded: try again later.", Unavailable, null, "server_is_overloaded", AtLeastOne(retryAfterSeconds));

    /// <summary>503: the model is not ready yet.</summary>
    /// <param name="retryAfterSeconds">When to come back.</param>
    /// <param name="progress">What is being done, such as <c>fetching, 43 %</c>.</param>
    public static ApiError ModelLoading(int retryAfterSeconds, string? progress = null) =>
        new(503, progress is null ? "The model is loading: try again in a moment." : $"The model is loading ({progress}): try again in a moment.", Unavailable, null, "model_loading", AtLeastOne(retryAfterSeconds));

    /// <summary>503, or an error frame: the model cannot be loaded; the process ends soon, and the platform starts another.</summary>
    /// <param name="reason">One sentence.</param>
    /// <param name="retryAfterSeconds">When another process may be up.</param>
    public static ApiError ModelFailed(string reason, int retryAfterSeconds) =>
        new(503, $"The model could not be loaded: {reason}", Unavailable, null, "model_failed", AtLeastOne(retryAfterSeconds));

    /// <summary>503, or an error frame: the server is going down.</summary>
    public static ApiError ShuttingDown(int retryAfterSeconds) =>
        new(503, "The server is shutting down: try again.", Unavailable, null, "shutting_down", AtLeastOne(retryAfterSeconds));

    /// <summary>504, or an error frame: the request's deadline has passed.</summary>
    public static ApiError DeadlineExceeded() =>
        new(504, "The request's deadline has passed.", "timeout_error", null, "deadline_exceeded", Soon);

    // Both SDKs wait for whole seconds only; 0 makes the .NET client repeat at once (contract M5).
    private static int AtLeastOne(int seconds) => Math.Max(1, seconds);

    private static string Shorten(string text) => text.Length <= 128 ? text : text[..128];
}
