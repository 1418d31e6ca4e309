using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What the official clients make of our streams, answers and errors (contract A.0, B.2).</summary>
[Collection(nameof(ClientsServer))]
public sealed class OfficialClientTests(ClientsServer profile)
{
    private const string Prompt = "!delay ms=2\n!text Grüße 🌊, \"quoted\"\\nnew line.";
    private const string Text = "Grüße 🌊, \"quoted\"\nnew line.";

    private readonly RillServer _server = profile.Server;

    [SkippableFact]
    public async Task NpmStream_ReadsTheText()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "stream.mjs", ChatJson.Of(Prompt), "1"));

        Assert.Equal((Text, "stop"), (run.GetProperty("text").GetString(), run.GetProperty("finish_reason").GetString()));
        Assert.Equal("assistant", run.GetProperty("role").GetString());
    }

    [SkippableFact]
    public async Task NpmStreamHelper_BuildsTheFinalCompletion()
    {
        var run = Assert.Single(await NodeClient.RunAsync(
            _server, "helper.mjs", ChatJson.Of(Prompt, "\"stream_options\":{\"include_usage\":true}")));

        var final = run.GetProperty("final");
        Assert.Equal(Text, ChatJson.Text(final));
        Assert.Equal(1 + System.Text.Encoding.UTF8.GetByteCount(Text), final.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [SkippableFact]
    public async Task NpmStream_OfThreeChoices_TellsThemApart()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "helper.mjs", ChatJson.Of("!text hi", "\"n\":3")));

        Assert.Equal(["hi", "hi", "hi"], Enumerable.Range(0, 3).Select(index => ChatJson.Text(run.GetProperty("final"), index)));
    }

    [SkippableFact]
    public async Task NpmCreate_ReadsTheAnswerAndTheRequestId()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "create.mjs", ChatJson.Of(Prompt)));

        Assert.Equal(Text, ChatJson.Text(run.GetProperty("completion")));
        Assert.NotEmpty(run.GetProperty("request_id").GetString()!);
    }

    [SkippableTheory]
    [InlineData("\"temperature\":3", "BadRequestError", "temperature")]
    [InlineData("\"model\":\"nope\"", "NotFoundError", "model")]
    public async Task NpmCreate_ThrowsWhatTheStatusMeans(string members, string error, string param)
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "create.mjs", ChatJson.Of("!text a", members)));

        Assert.Equal((error, param), (run.GetProperty("error").GetString(), run.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task DotNetStream_ReadsTextReasonAndUsage()
    {
        var text = "";
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in DotNetClient.For(_server, ScriptedServer.ModelId).CompleteChatStreamingAsync(Prompt))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.Equal((Text, ChatFinishReason.Stop), (text, reason));
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(Prompt), usage!.InputTokenCount);
        Assert.Equal(usage.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
    }

    [Fact]
    public async Task DotNetCompletion_ReadsTheAnswerAndItsLogprobs()
    {
        ChatCompletion completion = await DotNetClient.For(_server, ScriptedServer.ModelId).CompleteChatAsync(
            [new UserChatMessage("!text hello")], new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 2, Temperature = 0 });

        Assert.Equal(("hello", ChatFinishReason.Stop), (completion.Content[0].Text, completion.FinishReason));
        Assert.Equal("hello", string.Concat(completion.ContentTokenLogProbabilities.Take(5).Select(entry => entry.Token)));
    }

    [Fact]
    public async Task DotNetClient_ThrowsOnAnUnknownModel()
    {
        var thrown = await Assert.ThrowsAsync<ClientResultException>(() => DotNetClient.For(_server, "nope").CompleteChatAsync("hi"));

        Assert.Equal(404, thrown.Status);
        Assert.Contains("nope", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DotNetClient_WithAConversation_IsUnderstood()
    {
        ChatCompletion completion = await DotNetClient.For(_server, ScriptedServer.ModelId).CompleteChatAsync(
        [
            new SystemChatMessage("Be kind."),
            new UserChatMessage("One."),
            new AssistantChatMessage("Two."),
            new UserChatMessage(ChatMessageContentPart.CreateTextPart("!text from"), ChatMessageContentPart.CreateTextPart("!text parts")),
        ]);

        Assert.Equal("parts", completion.Content[0].Text);
    }
}
