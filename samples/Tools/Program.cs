// Microsoft.Extensions.AI: the model calls a method of this program, and answers from what it returned.
using System.ClientModel;
using System.ComponentModel;
using Microsoft.Extensions.AI;
using OpenAI;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";
var prompt = args.Length > 0 ? string.Join(' ', args) : "What is the weather in Bern?";

using var chat = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = url }).GetChatClient(model).AsIChatClient()
    .AsBuilder().UseFunctionInvocation().Build();
var options = new ChatOptions { Temperature = 0, Tools = [AIFunctionFactory.Create(GetWeather, "get_weather")] };

await foreach (var update in chat.GetStreamingResponseAsync(prompt, options))
{
    Console.Write(update.Text);
}

Console.WriteLine();

[Description("Get the current weather")]
static string GetWeather(string city)
{
    Console.WriteLine($"[get_weather was called for {city}]");
    return "sunny, 18 degrees";
}
