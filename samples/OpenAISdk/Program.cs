// OpenAI's own client, with another address: an answer as it is made.
using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";
var prompt = args.Length > 0 ? string.Join(' ', args) : "Tell me a story about a fox.";

var client = new ChatClient(model, key, new OpenAIClientOptions { Endpoint = url });

await foreach (var update in client.CompleteChatStreamingAsync(prompt))
{
    foreach (var part in update.ContentUpdate)
    {
        Console.Write(part.Text);
    }

    if (update.Usage is { } usage)
    {
        Console.WriteLine($"\n\n{usage.InputTokenCount} tokens of prompt, {usage.OutputTokenCount} of answer");
    }
}
