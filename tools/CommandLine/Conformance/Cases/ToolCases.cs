using System.Text.Json;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>Tool calls, reasoning and answers in a form. What a model does not do by itself is asked for by tool_choice.</summary>
internal static class ToolCases
{
    private const string Tools = "\"max_tokens\":200,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"The weather of a city.\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Paris\",\"Rome\"]}},\"required\":[\"city\"],\"additionalProperties\":false}}}]";
    private const string Named = Tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}";
    private const string Required = Tools + ",\"tool_choice\":\"required\"";

    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(53, Severity.Normative, "a streamed call has its name once and arguments that parse", CallAsync),
        new(55, Severity.Practice, "a named function ends with stop, required with tool_calls", FinishAsync),
        new(56, Severity.Practice, "tool_choice without such a tool is 400", ChoiceAsync),
        new(60, Severity.Own, "reasoning is no content, and comes under both names", ReasoningAsync),
        new(63, Severity.Normative, "json_object is an object, and a schema is obeyed", FormatAsync),
    ];

    private static async Task CallAsync(Probe probe)
    {
        var whole = await probe.ChatAsync(probe.Chat(Required));
        Expect.Supported(whole, "tool_choice required");
        Expect.Ended(Expect.Success(whole));
        var call = Expect.Success(whole).Choice().At("message").FirstOf("tool_calls");
        CheckArguments(call.At("function").Text("name"), call.At("function").Text("arguments"));
        Expect.That(call.Text("id") is { Length: > 0 } && call.Text("type") == "function", "id, and type function", call);
        var fragments = (await StreamCases.OpenAsync(probe, Required)).Choices.SelectMany(choice => choice.At("delta").Items("tool_calls")).ToList();
        Expect.That(fragments.All(fragment => fragment.Int("index") is not null), "an index in each fragment", fragments.FirstOrDefault(fragment => fragment.Int("index") is null));
        var own = fragments.Where(fragment => fragment.Int("index") == 0).ToList();
        Expect.That(own.Count > 0 && own[0].Has("id") && own[0].Text("type") == "function" && own[0].At("function").Has("name"), "id, type and name in the first fragment", own.FirstOrDefault());
        var repeated = own.Skip(1).FirstOrDefault(fragment => fragment.Has("id") || fragment.At("function").Has("name"));
        Expect.That(repeated.ValueKind == JsonValueKind.Undefined, "neither id nor name later", repeated);
        CheckArguments(own[0].At("function").Text("name"), string.Concat(own.Select(fragment => fragment.At("function").Text("arguments"))));
    }

    private static void CheckArguments(string? name, string? arguments)
    {
        Expect.That(name == "weather", "a call of weather", name);
        var parsed = Answer.Parse(arguments ?? "") ?? throw new UnmetException("arguments that are JSON", Expect.Shorten(arguments));
        Expect.That(parsed.Text("city") is "Paris" or "Rome", "city Paris or Rome", arguments);
    }

    private static async Task FinishAsync(Probe probe)
    {
        foreach (var (members, expected) in new[] { (Required, "tool_calls"), (Named, "stop") })
        {
            var answer = await probe.ChatAsync(probe.Chat(members));
            Expect.Supported(answer, "tool_choice");
            Expect.Ended(Expect.Success(answer));
            var reason = Expect.Success(answer).Choice().Text("finish_reason");
            Expect.That(reason == expected, $"finish_reason {expected}", reason);
        }
    }

    private static async Task ChoiceAsync(Probe probe)
    {
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"tool_choice\":\"required\"")), "required without tools", 400);
        Expect.Refusal(await probe.ChatAsync(probe.Chat(Tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"nope\"}}")), "an unknown function", 400);
    }

    private static async Task ReasoningAsync(Probe probe)
    {
        var answer = await probe.ChatAsync(probe.Chat("\"max_tokens\":400,\"reasoning_effort\":\"low\""));
        Expect.Supported(answer, "reasoning_effort");
        var message = Expect.Success(answer).Choice().At("message");
        Expect.That(message.Text("content")?.Contains("<think>", StringComparison.Ordinal) != true, "content without <think>", message.Text("content"));
        if (!message.Has("reasoning_content") && !message.Has("reasoning"))
        {
            throw new InconclusiveException("The model did not reason.");
        }

        Expect.That(
            !message.Has("reasoning") || !message.Has("reasoning_content") || message.Text("reasoning") == message.Text("reasoning_content"),
            "the same under reasoning and reasoning_content where both are there", message);
    }

    private static async Task FormatAsync(Probe probe)
    {
        var answer = await probe.ChatAsync(probe.Chat("\"max_tokens\":200,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"river\",\"lake\"]},\"deep\":{\"type\":\"boolean\"}},\"required\":[\"kind\",\"deep\"],\"additionalProperties\":false}}}"));
        Expect.Supported(answer, "json_schema");
        Expect.Ended(Expect.Success(answer));
        var value = Parse(Expect.Success(answer));
        Expect.That(value.Text("kind") is "river" or "lake" && value.At("deep").ValueKind is JsonValueKind.True or JsonValueKind.False && value.EnumerateObject().Count() == 2, "a value that obeys the schema", value);
        answer = await probe.ChatAsync(probe.Chat("\"max_tokens\":200,\"response_format\":{\"type\":\"json_object\"}", "Answer with a JSON object that has one short member."));
        Expect.Supported(answer, "json_object");
        var whole = Expect.Success(answer);
        Expect.Ended(whole);
        Expect.That(Parse(whole).ValueKind == JsonValueKind.Object, "a JSON object", whole.Content());
    }

    private static JsonElement Parse(JsonElement completion) =>
        Answer.Parse(completion.Content()) ?? throw new UnmetException("JSON", Expect.Shorten(completion.Content()));
}
