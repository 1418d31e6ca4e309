using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;

namespace Rill.AgentClients;

/// <summary>Semantic Kernel over chat completions.</summary>
internal static class SemanticKernels
{
    public static async Task<object> StreamAsync(OpenAIClient client, string model, string prompt)
    {
        var kernel = Kernel(client, model);
        var text = "";
        await foreach (var piece in kernel.InvokePromptStreamingAsync<string>(prompt))
        {
            text += piece;
        }

        return new { Text = text };
    }

    public static async Task<object> CallToolsAsync(OpenAIClient client, string model, string prompt)
    {
        var kernel = Kernel(client, model);
        kernel.Plugins.AddFromFunctions("Weather", [KernelFunctionFactory.CreateFromMethod(Weather.GetWeather, "get_weather")]);
        var settings = new OpenAIPromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
        var chat = kernel.GetRequiredService<IChatCompletionService>();
        var answer = await chat.GetChatMessageContentAsync(prompt, settings, kernel);
        return new { Text = answer.Content, Weather.Asked };
    }

    private static Kernel Kernel(OpenAIClient client, string model)
    {
        var builder = Microsoft.SemanticKernel.Kernel.CreateBuilder();
        builder.AddOpenAIChatCompletion(model, client);
        return builder.Build();
    }
}
