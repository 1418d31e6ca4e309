using System.ComponentModel;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

// Reads lines of JSON, each [ADDRESS, KEY, SCENARIO, REQUEST_JSON]; does what the scenario says, and prints what came as a line of JSON.
while (Console.ReadLine() is { } line)
{
    var asked = JsonSerializer.Deserialize<string[]>(line)!;
    Console.WriteLine(JsonSerializer.Serialize(await ObserveAsync(asked[0], asked[1], asked[2], asked[3])));
}

static async Task<object> ObserveAsync(string address, string key, string scenario, string json)
{
    using var client = new AnthropicClient { BaseUrl = address, ApiKey = key, MaxRetries = scenario == "retry" ? 8 : 0 };
    var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
    var nothing = new Dictionary<string, JsonElement>();
    var request = MessageCreateParams.FromRawUnchecked(nothing, nothing, body);
    try
    {
        return await RunAsync();
    }
    catch (AnthropicApiException failure)
    {
        return new
        {
            error = failure.GetType().Name,
            status = (int)failure.StatusCode,
            type = failure.Body.GetProperty("error").GetProperty("type").GetString(),
            message = failure.ApiMessage,
            request_id = failure.RequestID,
        };
    }
    catch (Exception failure) when (failure is AnthropicException or HttpRequestException or IOException)
    {
        return new { error = failure.GetType().Name, message = failure.Message };
    }

    async Task<object> RunAsync() => scenario switch
    {
        "create" or "retry" => (await client.Messages.Create(request)).RawData,
        "aggregate" => (await client.Messages.CreateStreaming(request).Aggregate()).RawData,
        "events" => await client.Messages.CreateStreaming(request).Select(told => told.Json).ToListAsync(),
        "count" => await client.Messages.CountTokens(MessageCountTokensParams.FromRawUnchecked(nothing, nothing, body)),
        "models" => (await client.Models.List()).Items.Select(model => model.RawData),
        "leave" => await client.Messages.CreateStreaming(request).Take(6).CountAsync(),
        "chat" => await ChatAsync(),
        "functions" => await CallFunctionsAsync(),
        "typed" => (await Chat().GetResponseAsync<Weather>(Prompt())).Result,
        _ => throw new ArgumentException($"There is no scenario {scenario}."),
    };

    IChatClient Chat() => client.AsIChatClient(body["model"].GetString()!, 200);

    string Prompt() => body["messages"][0].GetProperty("content").GetString()!;

    // Microsoft.Extensions.AI over the same client: streamed and whole.
    async Task<object> ChatAsync()
    {
        var streamed = await Chat().GetStreamingResponseAsync(Prompt()).ToChatResponseAsync();
        var whole = await Chat().GetResponseAsync(Prompt());
        return new[] { Describe(streamed), Describe(whole) };
    }

    // The client calls the function itself and sends its result.
    async Task<object> CallFunctionsAsync()
    {
        var calls = new List<string>();
        var weather = AIFunctionFactory.Create(
            ([Description("A city")] string city) =>
            {
                calls.Add(city);
                return $"rain in {city}";
            },
            "weather");
        var options = new ChatOptions { Tools = [weather] };
        var chat = Chat().AsBuilder().UseFunctionInvocation().Build();
        var streamed = await chat.GetStreamingResponseAsync(Prompt(), options).ToChatResponseAsync();
        var whole = await chat.GetResponseAsync(Prompt(), options);
        return new { calls, answers = new[] { Describe(streamed), Describe(whole) } };
    }
}

static object Describe(ChatResponse response) => new
{
    text = response.Text,
    thinking = string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(part => part.Text)),
    reason = response.FinishReason?.Value,
    input = response.Usage?.InputTokenCount,
    output = response.Usage?.OutputTokenCount,
};

/// <summary>What a typed answer is read as.</summary>
internal sealed record Weather(string City, int Degrees);
