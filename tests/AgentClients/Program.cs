using System.ClientModel;
using System.Text.Json;
using OpenAI;
using Rill.AgentClients;

// Program ADDRESS MODEL SCENARIO PROMPT: runs one scenario against a server and prints what its user sees as a line of JSON.
if (args is not [var address, var model, var scenario, var prompt])
{
    Console.Error.WriteLine("usage: Rill.AgentClients ADDRESS MODEL SCENARIO PROMPT");
    return 2;
}

var client = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(address) });
object seen = scenario switch
{
    "chat" => await ExtensionsAI.StreamAsync(client, model, prompt),
    "tools" => await ExtensionsAI.CallToolsAsync(client, model, prompt),
    "tools-streamed" => await ExtensionsAI.CallToolsStreamingAsync(client, model, prompt),
    "object" => await ExtensionsAI.ReadObjectAsync(client, model, prompt),
    "agent" => await AgentFramework.TalkAsync(client, model, prompt),
    "kernel" => await SemanticKernels.StreamAsync(client, model, prompt),
    "kernel-tools" => await SemanticKernels.CallToolsAsync(client, model, prompt),
    _ => throw new ArgumentException($"There is no scenario {scenario}."),
};
Console.WriteLine(JsonSerializer.Serialize(seen, JsonSerializerOptions.Web));
return 0;
