using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Core.Tests.OpenAI.Responses;

public sealed class ResponseErrorsTests
{
    [Theory]
    [InlineData("messages", "input")]
    [InlineData("max_completion_tokens", "max_output_tokens")]
    [InlineData("response_format.json_schema.schema", "text.format.schema")]
    [InlineData("tools[2].function.parameters", "tools[2].parameters")]
    [InlineData("tool_choice", "tool_choice")]
    [InlineData("temperature", "temperature")]
    [InlineData(null, null)]
    public void OfChat_Error_IsToldInTheNamesOfThisApi(string? chat, string? here)
    {
        var error = ResponseErrors.OfChat(ApiError.InvalidValue(chat, $"{chat} is wrong."));

        Assert.Equal((here, $"{here} is wrong."), (error.Param, error.Message));
    }
}
