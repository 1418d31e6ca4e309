using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Rill.AgentClients;

/// <summary>Microsoft's Agent Framework over chat completions: an agent with a tool, asked twice in one session.</summary>
internal static class AgentFramework
{
    public static async Task<object> TalkAsync(OpenAIClient client, string model, string prompt)
    {
        var agent = new ChatClientAgent(
            client.GetChatClient(model).AsIChatClient(),
            instructions: "You are brief.",
            name: "Brief",
            tools: [AIFunctionFactory.Create(Weather.GetWeather, "get_weather")]);
        var session = await agent.CreateSessionAsync();
        var first = await agent.RunAsync(prompt, session);
        var streamed = "";
        await foreach (var update in agent.RunStreamingAsync("!text and again", session))
        {
            streamed += update.Text;
        }

        return new { first.Text, Streamed = streamed, Weather.Asked };
    }
}
