using Microsoft.Extensions.AI;
using OpenAI;

namespace Rill.AgentClients;

/// <summary>Microsoft.Extensions.AI over chat completions.</summary>
internal static class ExtensionsAI
{
    public static async Task<object> StreamAsync(OpenAIClient client, string model, string prompt)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetChatClient(model).AsIChatClient().GetStreamingResponseAsync(prompt))
        {
            updates.Add(update);
        }

        return Describe(updates.ToChatResponse());
    }

    public static async Task<object> CallToolsAsync(OpenAIClient client, string model, string prompt) =>
        Describe(await WithTools(client, model).GetResponseAsync(prompt, Tools()));

    public static async Task<object> CallToolsStreamingAsync(OpenAIClient client, string model, string prompt)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in WithTools(client, model).GetStreamingResponseAsync(prompt, Tools()))
        {
            updates.Add(update);
        }

        return Describe(updates.ToChatResponse());
    }

    public static async Task<object> ReadObjectAsync(OpenAIClient client, string model, string prompt)
    {
        var response = await client.GetChatClient(model).AsIChatClient().GetResponseAsync<Person>(prompt);
        return new { response.Result.Name, response.Result.Age };
    }

    private static IChatClient WithTools(OpenAIClient client, string model) =>
        client.GetChatClient(model).AsIChatClient().AsBuilder().UseFunctionInvocation().Build();

    private static ChatOptions Tools() => new() { Tools = [AIFunctionFactory.Create(Weather.GetWeather, "get_weather")] };

    private static object Describe(ChatResponse response) => new
    {
        response.Text,
        Reasoning = string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(content => content.Text)),
        Finish = response.FinishReason?.Value,
        OutputTokens = response.Usage?.OutputTokenCount,
        Weather.Asked,
    };
}
