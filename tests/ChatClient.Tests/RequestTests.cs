using System.Text.Json;
using Microsoft.Extensions.AI;
using Rill.ChatClient.Tests.Harness;

namespace Rill.ChatClient.Tests;

/// <summary>What a request may say, and what is told of one that says something else.</summary>
[Collection(nameof(SharedClient))]
public sealed class RequestTests(SharedClient shared)
{
    [Fact]
    public async Task Options_ThatCannotBeHonoured_AreRefusedByName()
    {
        await RefusesAsync(new() { ConversationId = "c" }, "ConversationId");
        await RefusesAsync(new() { AllowBackgroundResponses = true }, "AllowBackgroundResponses");
        await RefusesAsync(new() { RawRepresentationFactory = _ => new object() }, "RawRepresentationFactory");
        await RefusesAsync(new() { Reasoning = new() { Output = ReasoningOutput.Summary } }, "Reasoning.Output");
        await RefusesAsync(new() { Tools = [new HostedWebSearchTool()] }, "HostedWebSearchTool");
        await RefusesAsync(new() { AdditionalProperties = new() { ["temprature"] = 1 } }, "temprature");
        await RefusesAsync(new() { AdditionalProperties = new() { ["n"] = 2 } }, "\"n\"");
    }

    [Fact]
    public async Task EmbeddingOptions_ThatCannotBeHonoured_AreRefusedByName()
    {
        await RefusesEmbeddingsAsync(new() { RawRepresentationFactory = _ => new object() }, "RawRepresentationFactory");
        await RefusesEmbeddingsAsync(new() { AdditionalProperties = new() { ["user"] = "me" } }, "user");

        async Task RefusesEmbeddingsAsync(EmbeddingGenerationOptions options, string named) => Assert.Contains(
            named, (await Assert.ThrowsAsync<NotSupportedException>(() => shared.Client.GenerateAsync(["A river."], options))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contents_ThatNoModelReads_AreRefusedByName()
    {
        ChatMessage[] messages = [new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1 }, "image/png")])];

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => shared.Client.GetResponseAsync(messages));

        Assert.Contains("DataContent", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("temperature", "invalid_value")]
    [InlineData("top_p", "invalid_value")]
    [InlineData("max_completion_tokens", "invalid_value")]
    [InlineData("model", "model_not_found")]
    public async Task Values_OutOfRange_AreRefusedAsTheServerDoes(string parameter, string code)
    {
        ChatOptions options = parameter switch
        {
            "temperature" => new() { Temperature = 3 },
            "top_p" => new() { TopP = float.NaN },
            "max_completion_tokens" => new() { MaxOutputTokens = 0 },
            _ => new() { ModelId = "another" },
        };

        var error = await Assert.ThrowsAsync<RillRequestException>(() => shared.Client.GetResponseAsync(Model.Question, options));

        Assert.Equal((parameter, code), (error.Parameter, error.Code));
    }

    [Fact]
    public async Task Prompt_ThatIsTooLong_IsRefused_WithItsLength()
    {
        var error = await Assert.ThrowsAsync<RillRequestException>(() => shared.Client.GetResponseAsync(string.Concat(Enumerable.Repeat("river ", 3000))));

        Assert.Equal("context_length_exceeded", error.Code);
        Assert.Contains("2048", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("river", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopSequence_ThatMatches_EndsTheAnswer_AndIsNamed()
    {
        var whole = (await shared.Client.GetResponseAsync(Model.Question, new() { Temperature = 0 })).Text;
        var stop = whole.Split(' ')[4];

        var response = await shared.Client.GetResponseAsync(Model.Question, new() { Temperature = 0, StopSequences = [stop] });

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], response.Text);
        Assert.Equal((ChatFinishReason.Stop, stop), (response.FinishReason!.Value, response.AdditionalProperties!["stop_reason"]));
    }

    [Fact]
    public async Task TopK_OfOne_IsGreedy()
    {
        var greedy = await shared.Client.GetResponseAsync(Model.Story, Model.Greedy);
        var top = await shared.Client.GetResponseAsync(Model.Story, new() { Temperature = 2, TopK = 1, MaxOutputTokens = Model.Greedy.MaxOutputTokens });

        Assert.Equal(greedy.Text, top.Text);
    }

    [Fact]
    public async Task FieldsOfOurOwn_ReachTheModel()
    {
        var response = await shared.Client.GetResponseAsync(Model.Question, new() { AdditionalProperties = new() { ["guided_choice"] = (string[])["yes", "no"] } });

        Assert.Contains(response.Text, (string[])["yes", "no"]);
    }

    [Fact]
    public async Task Reasoning_IsToldUnlessItIsLeftOut()
    {
        var told = await shared.Client.GetResponseAsync(Model.Question, new() { Temperature = 0, Reasoning = new() { Effort = ReasoningEffort.Medium } });
        var kept = await shared.Client.GetResponseAsync(
            Model.Question, new() { Temperature = 0, Reasoning = new() { Effort = ReasoningEffort.Medium, Output = ReasoningOutput.None } });

        Assert.NotEmpty(Reasoning(told));
        Assert.True(told.Usage!.ReasoningTokenCount > 0);
        Assert.Empty(Reasoning(kept));
        Assert.Equal(told.Text, kept.Text);

        static string Reasoning(ChatResponse response) =>
            string.Concat(response.Messages[0].Contents.OfType<TextReasoningContent>().Select(content => content.Text));
    }

    [Fact]
    public async Task Object_OfAType_ComesInItsSchema()
    {
        var response = await shared.Client.GetResponseAsync<Person>("Ada is 36 years old. Who is it?", Model.Greedy);

        Assert.NotEmpty(response.Result.Name);
    }

    /// <summary>As over HTTP, where Microsoft's client closes the schema.</summary>
    [Fact]
    public async Task Schema_OfAnObject_HasAllItsMembersAndNoOthers()
    {
        var format = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"zeta":{"const":1},"kappa":{"const":2}}}"""));

        var response = await shared.Client.GetResponseAsync("Write JSON about a river.", new() { Temperature = 0, ResponseFormat = format });

        Assert.Equal("zeta 1, kappa 2", string.Join(", ", JsonElement.Parse(response.Text).EnumerateObject().Select(member => $"{member.Name} {member.Value}")));
    }

    [Fact]
    public async Task Schema_ThatCannotBeEnforced_IsAnErrorUnlessStrictIsFalse()
    {
        var format = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"string","pattern":"(?=x)"}}}"""));

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => shared.Client.GetResponseAsync("JSON", new() { ResponseFormat = format }));
        var lenient = await shared.Client.GetResponseAsync("JSON", new() { ResponseFormat = format, MaxOutputTokens = 20, AdditionalProperties = new() { ["strict"] = false } });

        Assert.Contains("pattern", error.Message, StringComparison.Ordinal);
        Assert.NotNull(lenient.AdditionalProperties!["warning"]);
    }

    [Fact]
    public async Task Function_IsInvokedByMicrosoftsClient_AndItsResultIsAnswered()
    {
        var asked = new List<string>();
        var weather = AIFunctionFactory.Create((string city) =>
        {
            asked.Add(city);
            return "sunny";
        }, "get_weather", "The weather of a city.");
        using var client = new ChatClientBuilder(new Borrowed(shared.Client)).UseFunctionInvocation().Build();

        var response = await client.GetResponseAsync("What is the weather in Bern?", new() { Temperature = 0, Tools = [weather] });

        Assert.Equal(["Bern"], asked);
        Assert.Contains("sunny", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    private async Task RefusesAsync(ChatOptions options, string name)
    {
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => shared.Client.GetResponseAsync(Model.Question, options));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private sealed record Person(string Name, int Age);

    /// <summary>Is not disposed with what is built around it.</summary>
    private sealed class Borrowed(IChatClient inner) : DelegatingChatClient(inner)
    {
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
