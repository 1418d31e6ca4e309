using Rill.TrainModel.Evaluation;

namespace Rill.Torch.Tests.DefaultModel;

public sealed class OverlapTests
{
    [Theory]
    [InlineData("a b c d e", "x c d e y", 3)]
    [InlineData("a b a b c", "b a b", 3)]
    [InlineData("a b", "c d", 0)]
    [InlineData("a a a b", "a a b a a a", 3)]
    public void Read_OfACorpus_FindsTheLongestSharedRun(string sample, string corpus, int expected)
    {
        var overlap = new Overlap(sample);
        overlap.Read(Overlap.Words(corpus));
        Assert.Equal(expected, overlap.Longest);
        Assert.Equal(expected, Overlap.Words(overlap.LongestText).Length);
    }

    [Fact]
    public void Read_OfRandomWords_AgreesWithTheNaiveSearch()
    {
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            var (sample, corpus) = (Letters(random, 12), Letters(random, 30));
            var overlap = new Overlap(string.Join(' ', sample));
            overlap.Read(corpus);
            Assert.Equal(Naive(sample, corpus), overlap.Longest);
        }
    }

    private static string[] Letters(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => "abc"[random.Next(3)].ToString())];

    private static int Naive(string[] sample, string[] corpus)
    {
        var best = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            for (var j = 0; j < corpus.Length; j++)
            {
                var length = 0;
                while (i + length < sample.Length && j + length < corpus.Length && sample[i + length] == corpus[j + length])
                {
                    length++;
                }

                best = Math.Max(best, length);
            }
        }

        return best;
    }
}
