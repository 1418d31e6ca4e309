using System.Text.Json;
using Rill.TrainModel.Corpus;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>The corpus follows from its seed, names no held-out subject, and leaves no mark of the grammar in the text.</summary>
public sealed class CorpusGeneratorTests
{
    [Fact]
    public void Next_WithEqualSeeds_GivesEqualConversations() => Assert.Equal(Draw(seed: 5, count: 200), Draw(seed: 5, count: 200));

    [Fact]
    public void Next_WithOtherSeed_GivesOtherConversations() => Assert.NotEqual(Draw(seed: 5, count: 20), Draw(seed: 6, count: 20));

    [Fact]
    public void Next_InThousandsOfConversations_NamesNoHeldOutSubjectOrWord()
    {
        var generator = new CorpusGenerator(3);
        var subjects = generator.HeldOutSubjects.Concat(generator.HeldOutWords).ToList();
        Assert.True(subjects.Count > 50);
        Assert.DoesNotContain(Draw(seed: 3, count: 3_000), text => subjects.Any(subject => text.Contains(subject, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void NextHeldOut_Always_IsAboutAHeldOutSubject()
    {
        var generator = new CorpusGenerator(3);
        var conversation = generator.NextHeldOut();
        Assert.Contains(generator.HeldOutSubjects, subject => conversation.Turns[^1].Text.Contains(subject, StringComparison.Ordinal));
    }

    [Fact]
    public void Next_InThousandsOfConversations_LeavesNoPlaceholder() =>
        Assert.DoesNotContain(Draw(seed: 4, count: 3_000), text => text.Contains("@a ", StringComparison.Ordinal) || text.Contains('⟦') || text.Contains("  ", StringComparison.Ordinal));

    [Fact]
    public void Next_InThousandsOfConversations_EndsWithTheAssistant()
    {
        var generator = new CorpusGenerator(8);
        for (var i = 0; i < 3_000; i++)
        {
            Assert.Equal(Role.Assistant, generator.Next().Turns[^1].Role);
        }
    }

    [Fact]
    public void NextWithTools_Always_CallsAnOfferedToolWithItsParameters()
    {
        var generator = new CorpusGenerator(9);
        var (calls, answersWithout) = (0, 0);
        for (var i = 0; i < 1_000; i++)
        {
            var conversation = generator.NextWithTools();
            var offered = conversation.Tools.Select(tool => JsonElement.Parse(tool).GetProperty("function")).ToDictionary(tool => tool.GetProperty("name").GetString()!);
            foreach (var turn in conversation.Turns.Where(turn => turn.Role == Role.Assistant))
            {
                var made = CallsIn(turn.Text).ToList();
                calls += made.Count;
                answersWithout += made.Count == 0 ? 1 : 0;
                Assert.All(made, call => AssertFits(call, offered[call.GetProperty("name").GetString()!].GetProperty("parameters")));
            }
        }

        Assert.InRange(calls, 700, 2_000);
        Assert.InRange(answersWithout, 700, 2_500);
    }

    [Fact]
    public void NextJson_Always_AnswersWithJsonWhoseStringsStandInTheRequest()
    {
        var generator = new CorpusGenerator(10);
        var strings = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var conversation = generator.NextJson();
            var members = JsonElement.Parse(conversation.Turns[^1].Text) is { ValueKind: JsonValueKind.Object } answer ? answer.EnumerateObject().ToList() : [];
            strings += members.Count(member => member.Value.ValueKind == JsonValueKind.String && conversation.Turns.Any(turn =>
                turn.Role == Role.User && turn.Text.Contains(member.Value.GetString()!, StringComparison.OrdinalIgnoreCase)));
        }

        Assert.InRange(strings, 1_000, 4_000);
    }

    [Fact]
    public void Next_WhereThinkingIsAskedFor_HasAThoughtBeforeEveryAnswerToTheLastQuestion()
    {
        var generator = new CorpusGenerator(11);
        var thinking = Enumerable.Range(0, 2_000).Select(_ => generator.Next()).Where(conversation => conversation.Thinks).ToList();

        Assert.InRange(thinking.Count, 100, 500);
        Assert.All(thinking, conversation => Assert.All(
            conversation.Turns.Skip(conversation.Turns.ToList().FindLastIndex(turn => turn.Role == Role.User)).Where(turn => turn.Role == Role.Assistant),
            turn => Assert.NotEqual("", turn.Thought)));
    }

    [Fact]
    public void NextLong_Always_IsAsLongAsIsWanted() =>
        Assert.InRange(new CorpusGenerator(12).NextLong(4_000).Turns.Sum(turn => turn.Text.Length), 4_000, 6_000);

    [Fact]
    public void ForAnExam_NamesAndWords_AreThoseThatAreHeldOut()
    {
        var generator = new CorpusGenerator(13, forExam: true);
        var words = generator.HeldOutSubjects.Concat(generator.HeldOutWords).ToList();
        var copied = string.Join(' ', Enumerable.Range(0, 100).Select(_ => generator.NextCopy().Turns[^1].Text));
        Assert.InRange(words.Count(word => copied.Contains(word, StringComparison.OrdinalIgnoreCase)), 40, words.Count);
    }

    [Fact]
    public void Next_OfAMixOfOneKind_IsOfThatKind()
    {
        var none = new CorpusMix(Puzzles: 0, Stories: 0, Chats: 0, Memories: 0, LongMemories: 0, Systems: 0, Tools: 0, Json: 0);

        Assert.All(DrawOf(none with { Tools = 1_000 }), conversation => Assert.NotEmpty(conversation.Tools));
        Assert.All(DrawOf(none with { Json = 1_000 }), conversation => JsonElement.Parse(conversation.Turns[^1].Text));
        Assert.All(DrawOf(none with { LongMemories = 1_000 }), conversation => Assert.True(conversation.Turns.Count >= 4));
        Assert.All(DrawOf(none), conversation => Assert.InRange(conversation.Turns.Count, 2, 6));
    }

    [Fact]
    public void Next_OfTheExactMix_HasMoreToSayAgain()
    {
        var asks = new[] { "Repeat", "Say", "Echo", "Write", "Copy" };
        int CountOf(CorpusMix mix) => DrawOf(mix).Count(conversation => asks.Any(ask => conversation.Turns[0].Text.StartsWith(ask, StringComparison.Ordinal)));

        Assert.InRange(CountOf(CorpusMix.Exact), 3 * CountOf(CorpusMix.Whole), 300);
    }

    private static List<Conversation> DrawOf(CorpusMix mix)
    {
        var generator = new CorpusGenerator(14, mix: mix);
        return [.. Enumerable.Range(0, 300).Select(_ => generator.Next())];
    }

    private static IEnumerable<JsonElement> CallsIn(string markup) =>
        markup.Split('\n').Where(line => line.StartsWith("{\"name\"", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line));

    private static void AssertFits(JsonElement call, JsonElement schema)
    {
        var given = call.GetProperty("arguments").EnumerateObject().Select(argument => argument.Name).ToList();
        Assert.Subset(schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToHashSet(), given.ToHashSet());
        Assert.Subset(given.ToHashSet(), schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!).ToHashSet());
        foreach (var argument in call.GetProperty("arguments").EnumerateObject())
        {
            var isText = schema.GetProperty("properties").GetProperty(argument.Name).GetProperty("type").GetString() == "string";
            Assert.Equal(isText, argument.Value.ValueKind == JsonValueKind.String);
        }
    }

    private static List<string> Draw(int seed, int count)
    {
        var generator = new CorpusGenerator(seed);
        return [.. Enumerable.Range(0, count).Select(_ => string.Concat(ChatMarkup.Render(generator.Next()).Select(piece => piece.Text)))];
    }
}
