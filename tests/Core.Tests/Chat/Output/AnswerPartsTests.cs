using Rill.Chat.Output;

namespace Rill.Core.Tests.Chat.Output;

public sealed class AnswerPartsTests
{
    [Fact]
    public void Take_OfLikeNeighbours_JoinsThem()
    {
        var parts = Parse([], "[a", "b]c", "d{f:1", "2}{g:}e");

        Assert.Equal<AnswerPart>(
            [
                AnswerPart.Reasoning("ab"),
                AnswerPart.Content("cd"),
                AnswerPart.ToolCall(0, "call_1", "f"),
                AnswerPart.ToolArguments(0, "12"),
                AnswerPart.ToolCall(1, "call_2", "g"),
                AnswerPart.Content("e"),
            ],
            parts.Take());
        Assert.True(parts.IsEmpty);
        Assert.True(parts.HasToolCall);
    }

    [Fact]
    public void Take_InBetween_GivesWhatIsNew()
    {
        var parts = new AnswerParts([]);
        parts.AddContent("a");
        Assert.Equal<AnswerPart>([AnswerPart.Content("a")], parts.Take());
        Assert.Empty(parts.Take());
        parts.AddContent("b");
        Assert.Equal<AnswerPart>([AnswerPart.Content("b")], parts.Take());
    }

    [Fact]
    public void Take_CutAnywhere_GivesTheTextsOfTheWhole()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(_ => "ab[]{:}"[random.Next(7)]));

            Assert.Equal(Texts(Stream(text, () => false)), Texts(Stream(text, () => random.Next(3) == 0)));
        }
    }

    [Fact]
    public void AddContent_LooksForStopStrings_AndNothingElseDoes()
    {
        Assert.Equal("END", Parse(["END"], "[END]{END:END}on the END").Stop);
        Assert.Null(Parse(["END"], "[END]{END:END}on and on").Stop);
        Assert.Null(Parse(["ab"], "a[ ]b").Stop);
    }

    [Theory]
    [InlineData("\n {f:1}", "")]
    [InlineData("\n a{f:1}", "\n a")]
    [InlineData("a\n{f:1}", "a\n")]
    [InlineData("[r]\n{f:1}", "")]
    [InlineData("\n ", "\n ")]
    [InlineData("\nEND{f:1}", "\n")]
    public void Add_OfNothingButSpaceBeforeACall_IsLeftOutWhereTheRulesSay(string text, string content)
    {
        var parts = new AnswerParts(["END"], new AnswerRules { DropsSpaceBeforeCalls = true });
        new BracketParser().Push(0, text, parts);
        parts.Finish();

        Assert.Equal(content, string.Concat(parts.Take().Where(part => part.Kind == AnswerPartKind.Content).Select(part => part.Text)));
    }

    [Fact]
    public void Add_AfterAStop_TakesNothing()
    {
        var parts = Parse(["!"], "a!b[c]{f:1}");

        Assert.Equal<AnswerPart>([AnswerPart.Content("a")], parts.Take());
        Assert.False(parts.HasToolCall);
    }

    [Fact]
    public void Add_OfAnotherKind_ReleasesTheContentThatWasHeld() =>
        Assert.Equal<AnswerPart>(
            [AnswerPart.Content("EN"), AnswerPart.ToolCall(0, "call_1", "f"), AnswerPart.Content("D")], Parse(["END"], "EN{f:}D").Take());

    [Fact]
    public void Take_OfPlainText_MakesOneSmallObjectBesideTheText()
    {
        const int Deltas = 1_000, Text = 32, List = 80;
        var parts = new AnswerParts(["END"]);
        TellDeltas(parts, Deltas);
        var before = GC.GetAllocatedBytesForCurrentThread();
        TellDeltas(parts, Deltas);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Deltas, 1, Text + List);
    }

    private static void TellDeltas(AnswerParts parts, int count)
    {
        for (var i = 0; i < count; i++)
        {
            parts.AddContent("ab");
            parts.AddContent("cd");
            parts.Take();
        }
    }

    private static List<AnswerPart> Stream(string text, Func<bool> takes)
    {
        var (parser, parts, taken) = (new BracketParser(), new AnswerParts(["aab"]), new List<AnswerPart>());
        foreach (var character in text)
        {
            parser.Push(0, character.ToString(), parts);
            if (takes())
            {
                taken.AddRange(parts.Take());
            }
        }

        parts.Finish();
        taken.AddRange(parts.Take());
        return taken;
    }

    /// <summary>The text of each kind and call, whatever pieces it came in.</summary>
    private static IEnumerable<string> Texts(IEnumerable<AnswerPart> parts) =>
        parts.GroupBy(part => (part.Kind, part.CallIndex)).Select(group => $"{group.Key} {string.Concat(group.Select(part => part.Text))}").Order();

    private static AnswerParts Parse(string[] stops, params string[] texts)
    {
        var (parser, parts) = (new BracketParser(), new AnswerParts(stops));
        foreach (var text in texts)
        {
            parser.Push(0, text, parts);
        }

        parser.Flush("", parts);
        parts.Finish();
        return parts;
    }
}
