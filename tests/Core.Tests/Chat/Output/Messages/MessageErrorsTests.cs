using System.Text.Json;
using Rill.Anthropic;
using Rill.Chat.Output.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output.Messages;

public sealed class MessageErrorsTests
{
    public static TheoryData<ApiError, string, string> Errors => new()
    {
        { ApiError.InvalidValue("messages[2].content[0]", "messages[2].content[0] must be a string."), "invalid_request_error", "messages.2.content.0: must be a string." },
        { ApiError.MissingParameter("max_tokens"), "invalid_request_error", "max_tokens: Field required" },
        { ApiError.InvalidValue("stop", "Every entry of stop must have 1 to 256 characters."), "invalid_request_error", "stop_sequences: Every entry of stop_sequences must have 1 to 256 characters." },
        { ApiError.UnsupportedParameter(ResponseFormat.SchemaPath, "The keyword x at response_format.json_schema.schema is not enforced."), "invalid_request_error", "output_config.format.schema: The keyword x at output_config.format.schema is not enforced." },
        { ApiError.InvalidValue("messages", "continue_final_message cannot be used."), "invalid_request_error", "messages: a prefill (a last message of role assistant) cannot be used." },
        { ApiError.InvalidJson("The request body is not valid JSON."), "invalid_request_error", "The request body is not valid JSON." },
        { ApiError.ContextLengthExceeded(40_000, 32_768), "invalid_request_error", "prompt is too long: 40000 tokens > 32768 maximum" },
        { ApiError.ContextLengthExceeded(32_768, 32_768), "invalid_request_error", "prompt is too long: 32768 tokens > 32767 maximum" },
        { ApiError.InvalidApiKey(), "authentication_error", ApiError.InvalidApiKey().Message },
        { ApiError.Internal() with { Status = 403 }, "permission_error", ApiError.Internal().Message },
        { ApiError.UnknownUrl("GET", "/v1/messages/x"), "not_found_error", "Unknown request URL: GET /v1/messages/x." },
        { ApiError.BodyTooSlow(), "timeout_error", ApiError.BodyTooSlow().Message },
        { ApiError.RequestTooLarge(10), "request_too_large", ApiError.RequestTooLarge(10).Message },
        { ApiError.RateLimitExceeded(1), "rate_limit_error", ApiError.RateLimitExceeded(1).Message },
        { ApiError.Internal(), "api_error", ApiError.Internal().Message },
        { ApiError.Overloaded(1), "overloaded_error", ApiError.Overloaded(1).Message },
        { ApiError.DeadlineExceeded(), "timeout_error", ApiError.DeadlineExceeded().Message },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Of_AnyError_IsInTheWordsOfTheApi(ApiError error, string type, string message)
    {
        var body = MessageErrors.Of(error, "req_1");

        Assert.Equal((type, message), (body.Error.Type, body.Error.Message));
    }

    [Fact]
    public void Of_AThread_SaysWhatClientsActOn() => Assert.Equal(
        """{"type":"error","error":{"type":"invalid_request_error","message":"thread: is not served.","details":{"error_code":"thread_unsupported_request","unsupported":[]}},"request_id":"req_1"}""",
        JsonSerializer.Serialize(
            MessageErrors.Of(ApiError.InvalidValue("thread", "thread is not served.") with { Code = "thread_unsupported_request" }, "req_1"),
            AnthropicJson.With(WireEncoder.Instance).MessageErrorBody));
}
