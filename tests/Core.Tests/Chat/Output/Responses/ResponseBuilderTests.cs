using Rill.Chat.Output;
using Rill.Chat.Output.Responses;
using Rill.Core.Tests.OpenAI.Responses;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Core.Tests.Chat.Output.Responses;

/// <summary>Answers with reasoning and calls as items and events, by the tests' own format.</summary>
public sealed class ResponseBuilderTests
{
    private const string Answer = "[hm]on it(get:{\"a\":1})(put:)";

    [Fact]
    public async Task Events_OfReasoningTextAndCalls_AreTheScriptThatAllClientsTake()
    {
        var (_, events) = await BuildAsync(Answer);

        Assert.Equal(
            [
                "created", "in_progress",
                "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
                "reasoning_summary_part.done", "output_item.done",
                "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
                "completed",
            ],
            Kinds(events));
        Assert.Equal([0, 1, 2, 3], events.Where(told => told.Type == "response.output_item.added").Select(told => told.OutputIndex!.Value));
    }

    [Fact]
    public async Task Items_OfReasoningTextAndCalls_HoldWhatTheEventsAdded()
    {
        var (response, events) = await BuildAsync(Answer);

        Assert.Equal(["reasoning", "message", "function_call", "function_call"], response.Output.Select(item => item.Type));
        Assert.Equal(response.Output, events.Where(told => told.Type == "response.output_item.done").Select(told => told.Item));
        Assert.Equal(("hm", "on it"), (response.Output[0].Summary![0].Text, response.Output[1].Content![0].Text));
        Assert.Null(response.Output[0].Content);
        Assert.Equal(("get", "{\"a\":1}", "call_0"), (response.Output[2].Name, response.Output[2].Arguments, response.Output[2].CallId));
        Assert.Equal("completed", response.Status);
        foreach (var item in response.Output)
        {
            var deltas = string.Concat(events.Where(told => told.ItemId == item.Id).Select(told => told.Delta));
            Assert.Equal(item.Arguments ?? item.Content?[0].Text ?? item.Summary![0].Text, deltas);
        }

        Assert.Equal(4, response.Output.Select(item => item.Id).Distinct().Count());
        Assert.All(response.Output, item => Assert.Equal(response.Id, ResponseItemId.ResponseOf(item.Id!)));
    }

    [Fact]
    public async Task Call_WithoutArguments_HasAnEmptyObject() => Assert.Equal("{}", (await BuildAsync(Answer)).Response.Output[3].Arguments);

    [Fact]
    public async Task Reasoning_AsText_ComesInEventsOfAPartAndUnderBothNamesInTheItem()
    {
        var (response, events) = await BuildAsync("[hm]ok", ReasoningStyle.Text);

        Assert.Equal(
            ["output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done", "output_item.done"],
            Kinds(events.Where(told => told.OutputIndex == 0)));
        Assert.Equal(("hm", "hm"), (response.Output[0].Summary![0].Text, response.Output[0].Content![0].Text));
    }

    [Fact]
    public async Task Answer_WithoutAWord_IsAnEmptyMessage()
    {
        var (response, events) = await BuildAsync("");

        Assert.Equal("", Assert.Single(response.Output).Content![0].Text);
        Assert.Contains(events, told => told.Type == "response.content_part.done");
    }

    [Theory]
    [InlineData("[hmm", "reasoning")]
    [InlineData("hmmm", "message")]
    [InlineData("(f:{}", "function_call")]
    public async Task Answer_ThatTheLimitCuts_IsIncompleteWithItsLastItem(string text, string type)
    {
        var (response, events) = await BuildAsync(text, maxTokens: 4);

        Assert.Equal(("incomplete", "max_output_tokens", null), (response.Status, response.IncompleteDetails!.Reason, response.CompletedAt));
        var item = Assert.Single(response.Output);
        Assert.Equal((type, "incomplete"), (item.Type, item.Status));
        Assert.Equal("response.incomplete", events[^1].Type);
    }

    [Fact]
    public async Task Usage_CountsAsChatDoes()
    {
        var usage = (await BuildAsync("abc")).Response.Usage!;

        Assert.Equal(("!text abc".Length, 4, "!text abc".Length + 4), (usage.InputTokens, usage.OutputTokens, usage.TotalTokens));
    }

    [Fact]
    public void UsageOf_CountsWithDetails_KeepsThem()
    {
        var usage = ResponseUsage.Of(new Usage(5, 6) { PromptTokensDetails = new(3), CompletionTokensDetails = new(2) });

        Assert.Equal((3, 2), (usage.InputTokensDetails.CachedTokens, usage.OutputTokensDetails.ReasoningTokens));
    }

    [Fact]
    public void Logprobs_OfADeltaWithTheEndToken_AreThoseOfTheTextAlone()
    {
        var begun = ResponseRequestReaderTests.ReadWith("\"store\":false").Echo with { Id = $"resp_{1:x32}" };
        var builder = new ResponseBuilder(begun, ReasoningStyle.Summary, TimeProvider.System);

        builder.Add(new ChoiceDelta(
            0,
            [AnswerPart.Content("a")],
            2,
            [new TokenLogprob("a", -1, null, []), new TokenLogprob("<|end|>", -1, null, []) { HasText = false }],
            new ChoiceFinish(FinishReason.Stop)));
        builder.End(new Usage(1, 2));

        Assert.Equal("a", Assert.Single(builder.Response.Output[0].Content![0].Logprobs!).Token);
    }

    private static List<string> Kinds(IEnumerable<ResponseEvent> events) => events.Select(told => told.Type["response.".Length..]).Aggregate(
        new List<string>(),
        (kinds, kind) =>
        {
            if (kinds.LastOrDefault() != kind)
            {
                kinds.Add(kind);
            }

            return kinds;
        });

    private static async Task<(Response Response, IReadOnlyList<ResponseEvent> Events)> BuildAsync(
        string text, ReasoningStyle style = ReasoningStyle.Summary, int? maxTokens = null)
    {
        await using var world = new ChatWorld(format: BracketFormat.Value);
        var request = ResponseRequestReaderTests.ReadWith("\"store\":false");
        await using var generation = world.Start(request.Settings with
        {
            Messages = ChatWorld.Ask("!text " + text).Messages,
            Functions = BracketFormat.Functions,
            MaxCompletionTokens = maxTokens,
        });
        var builder = new ResponseBuilder(ResponseBuilder.Begin(request, generation, isStored: false), style, TimeProvider.System);
        var events = builder.Begin().ToList();
        while (await generation.NextAsync(default) is { } delta)
        {
            events.AddRange(builder.Add(delta));
        }

        events.AddRange(builder.End(generation.Usage));
        Assert.Same(builder.Response, events[^1].Response);
        return (builder.Response, events);
    }
}
