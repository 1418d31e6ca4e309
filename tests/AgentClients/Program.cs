#pragma warning disable OPENAI001 // The client marks its Responses part as one that may change.

using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using Rill.AgentClients;

// Program ADDRESS MODEL SCENARIO PROMPT: runs one scenario against a server and prints what its user sees as a line of JSON.
if (args is not [var address, var model, var scenario, var prompt])
{
    Console.Error.WriteLine("usage: Rill.AgentClients ADDRESS MODEL SCENARIO PROMPT");
    return 2;
}

var client = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(address) });
using var chat = client.GetChatClient(model).AsIChatClient();
using var responses = client.GetResponsesClient().AsIChatClient(model);
object seen = scenario switch
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
    "agent" => await AgentFramework.TalkAsync(client, model, prompt),
    "kernel" => await SemanticKernels.StreamAsync(client, model, prompt),
    "kernel-tools" => await SemanticKernels.CallToolsAsync(client, model, prompt),
    _ => throw new ArgumentException($"There is no scenario {scenario}."),
};
Console.WriteLine(JsonSerializer.Serialize(seen, JsonSerializerOptions.Web));
return 0;
