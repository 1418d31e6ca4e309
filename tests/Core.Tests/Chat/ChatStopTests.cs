using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat;

/// <summary>Where a text ends before the model ends it: at stop strings, stop tokens, and not too early.</summary>
public sealed class ChatStopTests
{
    [Theory]
    [InlineData("one END two", "END", "one ")]
    [InlineData("ababc", "abc", "ab")]
    [InlineData("ab", "abc", "ab")]
    public async Task Start_WithAStopString_EndsBeforeIt(string text, string stop, string expected)
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text " + text) with { Stop = [stop] });

        Assert.Equal(expected, answer.Choices[0].Message.Content);
        Assert.Equal(FinishReason.Stop, answer.Choices[0].FinishReason);
        Assert.Equal(text.Contains(stop, StringComparison.Ordinal) ? StopReason.OfText(stop) : null, answer.Choices[0].StopReason);
    }

    [Fact]
    public async Task Start_WithAStopString_FreesTheSequenceAtOnce()
    {
        await using var world = new ChatWorld();
        await using var generation = world.Start(ChatWorld.Ask("!endless") with { Stop = ["12"] });

        await ChatAnswer.ReadAsync(generation, default);

        Assert.True(SpinWait.SpinUntil(() => world.Engine.Running == 0, TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public async Task Start_WithAStopToken_TellsIt()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text abXcd") with { StopTokenIds = ['X'] });

        Assert.Equal("abX", answer.Choices[0].Message.Content);
        Assert.Equal(StopReason.OfToken('X'), answer.Choices[0].StopReason);
    }

    [Theory]
    [InlineData(0, "Hey", 4)]
    [InlineData(3, "Hey", 4)]
    [InlineData(4, "Hey.ABCD", 9)]
    [InlineData(6, "Hey.ABCD", 9)]
    public async Task Start_WithMinTokens_LooksForNoStopStringInTheFirstTokens(int minTokens, string expected, int tokens)
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text Hey.ABCD") with { Stop = ["."], MinTokens = minTokens });

        Assert.Equal((expected, tokens), (answer.Choices[0].Message.Content, answer.Usage.CompletionTokens));
    }

    [Fact]
    public async Task Start_WithMinTokens_DoesNotFindAStopThatBeginsInTheFirstTokens()
    {
        await using var world = new ChatWorld();

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text an END and END") with { Stop = ["END"], MinTokens = 5 });

        Assert.Equal("an END and ", answer.Choices[0].Message.Content);
    }

    [Theory]
    [InlineData("<|endoftext|>", "Hi", 3)]
    [InlineData("<|im_end|>", "Hi", 5)]
    public async Task Start_WithAStopStringThatIsASpecialToken_StopsAtTheToken(string stop, string expected, int tokens)
    {
        await using var world = new ChatWorld(eosTokenIds: []);

        var answer = await world.AnswerAsync(ChatWorld.Ask("!text Hi") with { Stop = ["x", stop], MaxTokens = 5 });

        var choice = answer.Choices[0];
        Assert.Equal((expected, tokens), (choice.Message.Content, answer.Usage.CompletionTokens));
        Assert.Equal(tokens < 5 ? (FinishReason.Stop, StopReason.OfText(stop)) : (FinishReason.Length, null), (choice.FinishReason, choice.StopReason));
    }

    [Fact]
    public async Task Start_WithAStopStringAndItsId_TellsTheId()
    {
        await using var world = new ChatWorld(eosTokenIds: []);
        var request = ChatWorld.Ask("!text Hi") with { Stop = ["<|endoftext|>"], StopTokenIds = [ByteTokenizer.EndOfText] };

        Assert.Equal(StopReason.OfToken(ByteTokenizer.EndOfText), (await world.AnswerAsync(request)).Choices[0].StopReason);
    }
}
