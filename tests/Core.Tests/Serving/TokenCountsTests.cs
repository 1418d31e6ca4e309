using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class TokenCountsTests
{
    [Fact]
    public void Counts_OfASequence_FollowItsTokensForthAndBack()
    {
        var random = new Random(1);
        var sequence = new Sequence(1, [4, 4, 9], new SamplingParameters());
        for (var i = 0; i < 2_000; i++)
        {
            if (random.Next(3) == 0)
            {
                sequence.RollBack(random.Next(Math.Min(5, sequence.CompletionLength) + 1));
            }
            else
            {
                sequence.Append(random.Next(20));
            }

            var expected = sequence.Tokens[sequence.PromptLength..].ToArray().CountBy(token => token).ToDictionary();
            Assert.Equal(expected, Completion(sequence));
        }

        Assert.Equal(2, sequence.Counts.Entries.ToArray().Single(entry => entry.Token == 4).Prompt);
        Assert.Equal(3, sequence.Counts.Entries.ToArray().Sum(entry => entry.Prompt));
    }

    [Fact]
    public void Counts_AskedForLate_CountWhatIsThere()
    {
        var sequence = new Sequence(1, [7], new SamplingParameters());
        sequence.Append(7);
        sequence.Append(8);

        Assert.Equal([(7, 1, 1), (8, 0, 1)], sequence.Counts.Entries.ToArray().Select(entry => (entry.Token, entry.Prompt, entry.Completion)));
    }

    [Fact]
    public void RollBack_OfMoreThanTheCompletion_IsRefused()
    {
        var sequence = new Sequence(1, [7, 8], new SamplingParameters());
        sequence.Append(9);

        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.RollBack(2));
    }

    /// <summary>Occurrences in the completion, by token, of those that occur.</summary>
    internal static Dictionary<int, int> Completion(Sequence sequence)
        => sequence.Counts.Entries.ToArray().Where(entry => entry.Completion > 0).ToDictionary(entry => entry.Token, entry => entry.Completion);
}
