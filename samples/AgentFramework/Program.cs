// Microsoft's Agent Framework: an agent with a tool, asked twice in one session.
using System.ClientModel;
using System.ComponentModel;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using OpenAI;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";
string[] prompts = args.Length > 0 ? args : ["What is the weather in Bern?", "Thank you!"];

var chat = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = url }).GetChatClient(model).AsIChatClient();
var agent = new ChatClientAgent(chat, new ChatClientAgentOptions
{
    Name = "Forecaster",
    ChatOptions = new ChatOptions { Temperature = 0, Tools = [AIFunctionFactory.Create(GetWeather, "get_weather")] },
});
var session = await agent.CreateSessionAsync();

foreach (var prompt in prompts)
{
    await foreach (var update in agent.RunStreamingAsync(prompt, session))
    {
        Console.Write(update.Text);
    }

    Console.WriteLine();
}

[Description("Get the current weather")]
static string GetWeather(string city)
{
    Console.WriteLine($"[get_weather was called for {city}]");
    return "sunny, 18 degrees";
}
