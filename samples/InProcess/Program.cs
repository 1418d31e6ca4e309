using Microsoft.Extensions.AI;
using Rill.ChatClient;

// A model in this process, no server: streams an answer, then lets the model call a function.
//   dotnet run --project samples/InProcess -c Release -- [MODEL] [PROMPT]
var model = args.ElementAtOrDefault(0) ?? "models/rill-mini";
var prompt = args.ElementAtOrDefault(1) ?? "What is Rill?";

await using var rill = await RillChatClient.LoadAsync(model);
await foreach (var update in rill.GetStreamingResponseAsync(prompt, new() { Temperature = 0 }))
{
    Console.Write(update.Text);
}

Console.WriteLine();

var weather = AIFunctionFactory.Create((string city) => $"sunny, 18 degrees in {city}", "get_weather", "The weather of a city.");
var client = rill.AsBuilder().UseFunctionInvocation().Build();
Console.WriteLine(await client.GetResponseAsync("What is the weather in Bern?", new() { Temperature = 0, Tools = [weather] }));
