using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class ApiErrorTests
{
    public static TheoryData<ApiError, int, string, string?, string> Table => new()
    {
        { ApiError.InvalidValue("n", "m"), 400, "invalid_request_error", "n", "invalid_value" },
        { ApiError.MissingParameter("messages"), 400, "invalid_request_error", "messages", "missing_required_parameter" },
        { ApiError.InvalidJson("m"), 400, "invalid_request_error", null, "invalid_json" },
        { ApiError.UnsupportedParameter("tools", "m"), 400, "invalid_request_error", "tools", "unsupported_parameter" },
        { ApiError.ContextLengthExceeded(9, 8), 400, "invalid_request_error", "messages", "context_length_exceeded" },
        { ApiError.InvalidApiKey(), 401, "authentication_error", null, "invalid_api_key" },
        { ApiError.ModelNotFound("x"), 404, "invalid_request_error", "model", "model_not_found" },
        { ApiError.UnknownUrl("GET", "/x"), 404, "invalid_request_error", null, "unknown_url" },
        { ApiError.MethodNotAllowed("GET", "POST"), 405, "invalid_request_error", null, "method_not_allowed" },
        { ApiError.BodyTooSlow(), 408, "timeout_error", null, "request_timeout" },
        { ApiError.RequestTooLarge(1), 413, "invalid_request_error", null, "request_too_large" },
        { ApiError.UnsupportedMediaType(), 415, "invalid_request_error", null, "unsupported_media_type" },
        { ApiError.RateLimitExceeded(2), 429, "rate_limit_error", null, "rate_limit_exceeded" },
        { ApiError.Internal(), 500, "server_error", null, "internal_error" },
        { ApiError.Overloaded(2), 503, "service_unavailable_error", null, "server_is_overloaded" },
        { ApiError.ModelLoading(2), 503, "service_unavailable_error", null, "model_loading" },
        { ApiError.ShuttingDown(2), 503, "service_unavailable_error", null, "shutting_down" },
        { ApiError.DeadlineExceeded(), 504, "timeout_error", null, "deadline_exceeded" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Factory_Always_AnswersAsTheContractsTable(ApiError error, int status, string type, string? param, string code)
    {
        Assert.Equal((status, type, param, code), (error.Status, error.Type, error.Param, error.Code));
        Assert.EndsWith(error.Message == "m" ? "m" : ".", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Without it the .NET client asks four times within a tenth of a second (contract M5, M7).</summary>
    [Theory]
    [MemberData(nameof(Table))]
    public void RetryAfter_OfWhatClientsAskForAgain_IsAtLeastASecond(ApiError error, int status, string type, string? param, string code)
    {
        Assert.Equal((status, type, param, code), (error.Status, error.Type, error.Param, error.Code));
        Assert.Equal(status is 408 or 429 or >= 500, error.RetryAfterSeconds >= 1);
    }

    [Fact]
    public void ToBody_WithoutParamAndCode_WritesAllFourKeys()
    {
        var json = JsonSerializer.Serialize(new ApiError(418, "No.", "t", null, null).ToBody(), OpenAIJson.Wire.ErrorBody);

        Assert.Equal("""{"error":{"message":"No.","type":"t","param":null,"code":null}}""", json);
    }

    [Fact]
    public void Overloaded_WithNoTimeToWait_StillAsksForOneSecond() =>
        Assert.Equal(1, ApiError.Overloaded(0).RetryAfterSeconds);

    [Fact]
    public void ModelNotFound_WithAnEndlessName_ShortensIt() =>
        Assert.InRange(ApiError.ModelNotFound(new string('x', 100_000)).Message.Length, 128, 300);
}
