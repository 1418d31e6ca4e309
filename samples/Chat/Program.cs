// Microsoft.Extensions.AI: a conversation, line by line, whose answers are shown as they are made.
using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";

using var chat = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = url }).GetChatClient(model).AsIChatClient();

var options = new ChatOptions { Temperature = 0 };
List<ChatMessage> conversation = [];
Console.WriteLine("Say something; an empty line ends it. Try: My name is Ada.");

while (Console.ReadLine() is { Length: > 0 } line)
{
    conversation.Add(new(ChatRole.User, line));
    List<ChatResponseUpdate> answer = [];
    await foreach (var update in chat.GetStreamingResponseAsync(conversation, options))
    {
        Console.Write(update.Text);
        answer.Add(update);
    }

    Console.WriteLine();
    conversation.AddMessages(answer);
}
