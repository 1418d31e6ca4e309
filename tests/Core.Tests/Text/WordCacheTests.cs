using Rill.Text.Tokenization;
using Rill.Text.Tokenization.Bpe;

namespace Rill.Core.Tests.Text;

public sealed class WordCacheTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("odd")]
    [InlineData("even")]
    [InlineData(" a long word, with 中文 and 🙂, of up to 64 UTF-16 units: 90123456")]
    public void TryAppend_AfterAdd_GivesTheTokens(string word)
    {
        var cache = new WordCache();
        var output = new List<int> { 1 };
        Assert.False(cache.TryAppend(word, output));

        cache.Add(word, [7, 8, 9]);

        Assert.True(cache.TryAppend(word, output));
        Assert.Equal([1, 7, 8, 9], output);
        Assert.False(cache.TryAppend(word + "x", output));
    }

    [Fact]
    public void Add_OfManyWords_KeepsMostOfThem()
    {
        var cache = new WordCache();
        var words = Enumerable.Range(0, 4_000).Select(number => $" word{number}").ToList();
        for (var index = 0; index < words.Count; index++)
        {
            cache.Add(words[index], [index]);
        }

        // An eighth as many words as places, two places a word: three in one pair of places are rare.
        Assert.InRange(words.Count(word => cache.TryAppend(word, [])), 3_900, 4_000);
    }

    [Fact]
    public void Add_OfAWordAgain_GivesTheNewTokens()
    {
        var cache = new WordCache();
        cache.Add("word", [1]);
        cache.Add("word", [1, 2]);

        var output = new List<int>();
        Assert.True(cache.TryAppend("word", output));
        Assert.Equal([1, 2], output);
    }

    [Fact]
    public void Add_OfLongWordOrManyTokens_IsNotRemembered()
    {
        var cache = new WordCache();
        var longWord = new string('a', 65);
        cache.Add(longWord, [1]);
        cache.Add("many", new int[33]);

        Assert.False(cache.TryAppend(longWord, []));
        Assert.False(cache.TryAppend("many", []));
    }

    [Fact]
    public void TryAppend_WithManyWordsAndThreads_GivesEachWordItsOwnTokens()
    {
        const int Rounds = 200_000;
        var cache = new WordCache();
        var wrong = 0;
        Parallel.For(0, 4, _ =>
        {
            var output = new List<int>();
            for (var number = 0; number < Rounds; number++)
            {
                var word = $"w{number % 50_000:x}";
                output.Clear();
                if (!cache.TryAppend(word, output))
                {
                    cache.Add(word, [number % 50_000]);
                }
                else if (output is not [var token] || token != number % 50_000)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });

        Assert.Equal(0, wrong);
    }
}
