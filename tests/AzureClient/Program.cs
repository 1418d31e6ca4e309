using System.ClientModel;
using System.Text.Json;
using Azure.AI.OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

// Program ADDRESS KEY DEPLOYMENT PROMPT: streams an answer, asks once more without a stream, embeds the prompt, and prints what came as a line of JSON.
if (args is not [var address, var key, var deployment, var prompt])
{
    Console.Error.WriteLine("usage: Rill.AzureClient ADDRESS KEY DEPLOYMENT PROMPT");
    return 2;
}

var azure = new AzureOpenAIClient(new Uri(address), new ApiKeyCredential(key));
var client = azure.GetChatClient(deployment);
try
{
    var text = "";
    ChatFinishReason? reason = null;
    ChatTokenUsage? usage = null;
    await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage(prompt)], new ChatCompletionOptions { MaxOutputTokenCount = 100 }))
    {
        text += string.Concat(update.ContentUpdate.Select(part => part.Text));
        reason ??= update.FinishReason;
        usage ??= update.Usage;
    }

    ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage(prompt)]);
    OpenAIEmbedding embedding = await azure.GetEmbeddingClient(deployment).GenerateEmbeddingAsync(prompt);
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        text,
        reason = reason?.ToString(),
        output_tokens = usage?.OutputTokenCount,
        whole = whole.Content[0].Text,
        vector = embedding.ToFloats().ToArray(),
    }));
}
catch (ClientResultException failure)
{
    Console.WriteLine(JsonSerializer.Serialize(new { status = failure.Status, message = failure.Message }));
}

return 0;
