// Semantic Kernel: a plugin that the model calls by itself.
using System.ClientModel;
using System.ComponentModel;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;

var url = new Uri(Environment.GetEnvironmentVariable("RILL_URL") ?? "http://localhost:7071/v1");
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("RILL_KEY") ?? "none");
var model = Environment.GetEnvironmentVariable("RILL_MODEL") ?? "rill-mini";
var prompt = args.Length > 0 ? string.Join(' ', args) : "What is the weather in Bern?";

var builder = Kernel.CreateBuilder().AddOpenAIChatCompletion(model, new OpenAIClient(key, new OpenAIClientOptions { Endpoint = url }));
builder.Plugins.AddFromFunctions("Weather", [KernelFunctionFactory.CreateFromMethod(GetWeather, "get_weather")]);
var kernel = builder.Build();
var settings = new OpenAIPromptExecutionSettings { Temperature = 0, FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };

await foreach (var piece in kernel.InvokePromptStreamingAsync<string>(prompt, new KernelArguments(settings)))
{
    Console.Write(piece);
}

Console.WriteLine();

[Description("Get the current weather")]
static string GetWeather(string city)
{
    Console.WriteLine($"[get_weather was called for {city}]");
    return "sunny, 18 degrees";
}
