using Microsoft.Extensions.AI;
using OpenAI;

namespace Rill.AgentClients;

/// <summary>Microsoft.Extensions.AI over chat completions, and over responses.</summary>
internal static class ExtensionsAI
{
    public static async Task<object> StreamAsync(IChatClient client, string prompt)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync(prompt))
        {
            updates.Add(update);
        }

        return Describe(updates.ToChatResponse());
    }

    public static async Task<object> CallToolsAsync(IChatClient client, string prompt) =>
        Describe(await WithTools(client).GetResponseAsync(prompt, Tools()));

    public static async Task<object> CallToolsStreamingAsync(IChatClient client, string prompt)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in WithTools(client).GetStreamingResponseAsync(prompt, Tools()))
        {
            updates.Add(update);
        }

        return Describe(updates.ToChatResponse());
    }

    public static async Task<object> ReadObjectAsync(IChatClient client, string prompt)
    {
        var response = await client.GetResponseAsync<Person>(prompt);
        return new { response.Result.Name, response.Result.Age };
    }

    public static async Task<object> EmbedAsync(OpenAIClient client, string model, string prompt) =>
        new { Vector = (await client.GetEmbeddingClient(model).AsIEmbeddingGenerator().GenerateAsync(prompt)).Vector.ToArray() };

    private static IChatClient WithTools(IChatClient client) =>
        client.AsBuilder().UseFunctionInvocation().Build();

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
