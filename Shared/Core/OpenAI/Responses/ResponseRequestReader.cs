using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Rill.OpenAI.Responses;

/// <summary>Reads a request for a response from its JSON, by the rules of <see cref="ChatRequestReader"/> (contract A.5).</summary>
public static class ResponseRequestReader
{
    private static readonly JsonElement s_auto = JsonElement.Parse("\"auto\"");

    /// <summary>Reads a request; exactly one of the two results is set.</summary>
    /// <param name="utf8Json">The whole body.</param>
    /// <param name="request">The request, its ranges not yet checked.</param>
    /// <param name="error">The first thing wrong with it.</param>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out ResponseRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, Read, out request, out error);

    private static ResponseRequest Read(JsonField fields)
    {
        UnsupportedFields.CheckResponses(fields);
        var echo = ReadEcho(fields);
        return new ResponseRequest
        {
            Input = ResponseItemReader.ReadInput(fields["input"]),
            Echo = echo,
            Settings = ReadSettings(fields, echo),
        };
    }

    private static Response ReadEcho(JsonField fields) => new()
    {
        Id = "",
        CreatedAt = 0,
        Status = "in_progress",
        Model = "",
        Instructions = fields["instructions"].String(),
        MaxOutputTokens = fields["max_output_tokens"].Int(),
        MaxToolCalls = fields["max_tool_calls"].Int(),
        Metadata = ResponseFields.ReadMetadata(fields["metadata"]),
        ParallelToolCalls = fields["parallel_tool_calls"].Bool() ?? true,
        PreviousResponseId = fields["previous_response_id"].String(),
        Reasoning = ResponseFields.ReadReasoning(fields["reasoning"]),
        Store = fields["store"].Bool() ?? true,
        Text = ResponseEcho.Text(fields["text"]),
        ToolChoice = fields["tool_choice"] is { IsPresent: true } choice ? choice.Value.Clone() : s_auto,
        Tools = ResponseEcho.Tools(fields["tools"]),
        TopLogprobs = fields["top_logprobs"].Int() ?? 0,
    };

    private static ChatCompletionRequest ReadSettings(JsonField fields, Response echo)
    {
        var tools = ResponseToolFields.Read(fields);
        var wantsLogprobs = ResponseFields.ReadInclude(fields["include"]) || echo.TopLogprobs != 0;
        ResponseFields.CheckTruncation(fields["truncation"]);
        return ReasoningFields.Read(fields, GenerationFields.Read(fields, new ChatCompletionRequest
        {
            Messages = [],
            IdPrefix = "resp_",
            Logprobs = wantsLogprobs,
            TopLogprobs = wantsLogprobs ? echo.TopLogprobs : null,
            Tools = tools.Tools,
            Functions = tools.Functions,
            ToolChoice = tools.Choice,
            ParallelToolCalls = echo.ParallelToolCalls,
            ChatTemplateKwargs = TemplateFields.ReadArguments(fields["chat_template_kwargs"]),
        })) with
        {
            MaxCompletionTokens = echo.MaxOutputTokens,
            StreamOptions = null,    // here they ask for padding against eavesdroppers, which is not sent
            ResponseFormat = ResponseFields.ReadFormat(fields["text"]),
        };
    }
}
