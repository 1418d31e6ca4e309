#pragma warning disable OPENAI001 // The client marks its Responses part as one that may change.

using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using Rill.AgentClients;

// Reads lines of JSON, each [ADDRESS, MODEL, SCENARIO, PROMPT]; runs the scenario against the server, and prints what its user sees as a line of JSON.
while (Console.ReadLine() is { } line)
{
    var asked = JsonSerializer.Deserialize<string[]>(line)!;
    Weather.Asked.Clear();
    Console.WriteLine(JsonSerializer.Serialize(await RunAsync(asked[0], asked[1], asked[2], asked[3]), JsonSerializerOptions.Web));
}

static async Task<object> RunAsync(string address, string model, string scenario, string prompt)
{
    var client = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(address) });
    using var chat = client.GetChatClient(model).AsIChatClient();
    using var responses = client.GetResponsesClient().AsIChatClient(model);
    return scenario switch
    {
        "chat" => await ExtensionsAI.StreamAsync(chat, prompt),
        "tools" => await ExtensionsAI.CallToolsAsync(chat, prompt),
        "tools-streamed" => await ExtensionsAI.CallToolsStreamingAsync(chat, prompt),
        "object" => await ExtensionsAI.ReadObjectAsync(chat, prompt),
        "responses" => await ExtensionsAI.StreamAsync(responses, prompt),
        "responses-tools" => await ExtensionsAI.CallToolsAsync(responses, prompt),
        "responses-tools-streamed" => await ExtensionsAI.CallToolsStreamingAsync(responses, prompt),
        "responses-object" => await ExtensionsAI.ReadObjectAsync(responses, prompt),
        "embedding" => await ExtensionsAI.EmbedAsync(client, model, prompt),
        _ => throw new ArgumentException($"There is no scenario {scenario}."),
    };
}
