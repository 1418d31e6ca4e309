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
    public void Next_InThousandsOfConversations_NamesNoHeldOutSubject()
    {
        var generator = new CorpusGenerator(3);
        var subjects = generator.HeldOutSubjects;
        Assert.True(subjects.Count > 10);
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
        Assert.DoesNotContain(Draw(seed: 4, count: 3_000), text => text.Contains("@a", StringComparison.Ordinal) || text.Contains('⟦') || text.Contains("  ", StringComparison.Ordinal));

    [Fact]
    public void Next_InThousandsOfConversations_EndsWithTheAssistant()
    {
        var generator = new CorpusGenerator(8);
        for (var i = 0; i < 3_000; i++)
        {
            Assert.Equal(Role.Assistant, generator.Next().Turns[^1].Role);
        }
    }

    private static List<string> Draw(int seed, int count)
    {
        var generator = new CorpusGenerator(seed);
        return [.. Enumerable.Range(0, count).Select(_ => string.Concat(ChatMarkup.Render(generator.Next()).Select(piece => piece.Text)))];
    }
}
