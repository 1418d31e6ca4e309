// Microsoft.Extensions.AI: an answer as an object. Its schema goes along, and the server lets the model write nothing else.
using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";
var prompt = args.Length > 0
    ? string.Join(' ', args)
    : "Answer as JSON with the keys name, age and city: Wilma is 34 years old. She lives in Basel.";

using var chat = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = url }).GetChatClient(model).AsIChatClient();

var response = await chat.GetResponseAsync<Person>(prompt, new ChatOptions { Temperature = 0 });

Console.WriteLine($"{response.Result.Name}, {response.Result.Age}, from {response.Result.City}");

internal sealed record Person(string Name, int Age, string City);
