using System.Text.Json;
using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.Chat.Output.Responses;
using Rill.Chat.Responses;
using Rill.Core.Tests.Chat.Output;
using Rill.Core.Tests.OpenAI.Responses;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Core.Tests.Chat.Responses;

/// <summary>Requests that go on with what is stored: their prompts are those of the whole conversation.</summary>
public sealed class ResponseConversationTests : IAsyncDisposable
{
    private const string Template =
        "{% for m in messages %}<{{ m.role }}>{{ m.reasoning_content }}\n{{ m.content }}\n{{ m.tool_calls | tojson if m.tool_calls }}{% endfor %}";

    private readonly ChatWorld _world = new(template: Template, format: BracketFormat.Value);
    private readonly ResponseStore _store = new(new(100, 1_000_000, TimeSpan.FromHours(1)), TimeProvider.System);

    [Fact]
    public async Task Previous_ThatCalledAFunction_IsRenderedAsTheWholeConversationIs()
    {
        var first = await AnswerAsync("\"input\":\"!text [hm]on it(get:{})\",\"instructions\":\"only once\"");
        var call = first.Output.Single(item => item.Type == "function_call");
        var result = $"{{\"type\":\"function_call_output\",\"call_id\":\"{call.CallId}\",\"output\":\"42\"}}";

        var second = await AnswerAsync($"\"input\":[{result}],\"previous_response_id\":\"{first.Id}\"");
        var third = Prompt($"\"input\":\"and?\",\"previous_response_id\":\"{second.Id}\"");

        var items = first.Output.Select(Json).Append(result).Concat(second.Output.Select(Json));
        var whole = Prompt($"\"input\":[{{\"role\":\"user\",\"content\":\"!text [hm]on it(get:{{}})\"}},{string.Join(',', items)},{{\"role\":\"user\",\"content\":\"and?\"}}]");
        Assert.Equal(whole, third);
        Assert.StartsWith("<user>\n!text [hm]on it(get:{})\n<assistant>hm\non it\n[{", third, StringComparison.Ordinal);
        Assert.DoesNotContain("only once", third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_ToStoredItems_StandForThem()
    {
        var first = await AnswerAsync("\"input\":\"!text [hm]on it(get:{})\"");
        var references = string.Join(',', first.Output.Select(item => $"{{\"type\":\"item_reference\",\"id\":\"{item.Id}\"}}"));

        var byReference = Prompt($"\"input\":[{{\"role\":\"user\",\"content\":\"a\"}},{references}]");

        Assert.Equal(Prompt($"\"input\":[{{\"role\":\"user\",\"content\":\"a\"}},{string.Join(',', first.Output.Select(Json))}]"), byReference);
    }

    [Fact]
    public async Task Reference_OfAnotherOwner_IsNotFound()
    {
        var first = await AnswerAsync("\"input\":\"!text a\"");
        var request = ResponseRequestReaderTests.ReadWith($"\"input\":[{{\"id\":\"{first.Output[0].Id}\"}}]");

        Assert.Equal(("item_not_found", "input[0].id"), Find(request, owner: 1).Error is { } error ? (error.Code, error.Param) : default);
    }

    [Fact]
    public void Arguments_HoweverIndented_MakeOnePrompt()
    {
        static string Call(string arguments) =>
            $"\"input\":[{{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":{JsonSerializer.Serialize(arguments)}}}]";

        Assert.Equal(Prompt(Call("{\"city\":\"Rome\",\"days\":[1,2]}")), Prompt(Call("{\n  \"city\": \"Rome\",\n  \"days\": [\n    1,\n    2\n  ]\n}")));
    }

    [Fact]
    public async Task Previous_OfTooMuchText_IsRefused()
    {
        var first = await AnswerAsync("\"input\":\"!text abc\"");
        var request = ResponseRequestReaderTests.ReadWith($"\"previous_response_id\":\"{first.Id}\"");

        var error = Find(request, mostCharacters: 5).Error!;

        Assert.Equal((400, "previous_response_id"), (error.Status, error.Param));
        Assert.Equal("!text abc".Length + "abc".Length, Find(request).Conversation!.StoredLength);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static string Json(ResponseItem item) => JsonSerializer.Serialize(item, ResponsesJson.Wire.ResponseItem);

    private (ResponseConversation? Conversation, ApiError? Error) Find(ResponseRequest request, int owner = 0, int mostCharacters = 1_000_000) =>
        ResponseConversation.Find(request, _store, owner, mostCharacters);

    private string Prompt(string members) => string.Concat(ChatPrompt.Render(
        Find(ResponseRequestReaderTests.ReadWith(members)).Conversation!.Chat, _world.Service.Model).Runs.Select(run => run.Text));

    private async Task<Response> AnswerAsync(string members)
    {
        var request = ResponseRequestReaderTests.ReadWith(members);
        var (conversation, error) = Find(request);
        Assert.Null(error);
        await using var generation = _world.Start(conversation!.Chat with { Functions = BracketFormat.Functions });
        var place = _store.Reserve(generation.Id, 0, request.PreviousResponseId, conversation.Input)!;
        var builder = new ResponseBuilder(ResponseBuilder.Begin(request, generation, isStored: true), ReasoningStyle.Summary, TimeProvider.System);
        while (await generation.NextAsync(default) is { } delta)
        {
            builder.Add(delta);
        }

        builder.End(generation.Usage);
        _store.Complete(place, builder.Response);
        return builder.Response;
    }
}
