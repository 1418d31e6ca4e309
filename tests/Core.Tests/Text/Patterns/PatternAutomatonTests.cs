using System.Text;
using Rill.Text;
using Rill.Text.Patterns;

namespace Rill.Core.Tests.Text.Patterns;

/// <summary>The automaton must prefer the match that trying one way after the other prefers, for every pattern and every text.</summary>
public sealed class PatternAutomatonTests
{
    // Characters that the known patterns tell apart, some far from ASCII, and surrogates on their own.
    private static readonly string[] s_alphabet =
        ["a", "S", "s", "l", "L", "t", "'", "ſ", "\u212A", "é", "\u0301", "中", "の", "한", "\U00010400", "🙂", "1", "٣", "½", " ", " ", "\u00A0", "\u3000", "\t",
            "\n", "\r", "\r\n", ".", ",", "-", "_", "/", "$", "\u200D", "\uD83D", "\uDE00", "\0"];

    [Theory]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData("[\r\n]")]
    [InlineData(@"\s?\p{L}+")]
    [InlineData(@"\s?\p{P}+")]
    [InlineData("[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+")]
    [InlineData("[0-9][0-9][0-9]")]
    [InlineData(@"a*?s|a+(?=s)|\s{2,3}?|(?:al){1,2}?|(?:as|a)(?:sl|l)|l{2,3}+l|(?:st)+?t")]
    [InlineData(@"(?:a|as|asl)*l|s(?![sl])|(?:(?:a{1,2}s){1,3}l)+|.l")]
    public void Find_OfRandomTexts_EqualsBacktracking(string source)
    {
        var pattern = new Pattern(source);
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var text = RandomText(random);
            for (var position = 0; position <= text.Length;)
            {
                var isFound = pattern.Find(text, position, Budget(text), out var start, out var end);
                Assert.Equal(pattern.FindByBacktracking(text, position, Budget(text), out var expectedStart, out var expectedEnd), isFound);
                if (!isFound)
                {
                    break;
                }

                Assert.Equal((expectedStart, expectedEnd), (start, end));
                position = end;
            }
        }
    }

    [Fact]
    public void TryCreate_OfAnchorsAndLongLookaheads_HasNoAutomaton()
    {
        Assert.Null(Create(@"^a"));
        Assert.Null(Create(@"a(?=bc)"));
        Assert.NotNull(Create(@"a(?=b)"));
    }

    [Fact]
    public void Find_WithMoreClassesThanThereAre_StillFinds()
    {
        // Eight overlapping sets tell 256 kinds of letters apart: those whose number in the block has a bit set.
        var sets = Enumerable.Range(0, 8).Select(bit => $"[{string.Concat(Enumerable.Range(0, 256).Where(index => (index >> bit & 1) != 0).Select(index => (char)('\u4E00' + index)))}]");
        var pattern = new Pattern($"{string.Join('|', sets)}|(?:{string.Concat(sets.Reverse())})");
        var text = string.Concat(Enumerable.Range(0, 256).Select(index => (char)('\u4E00' + index)));
        var found = 0;
        for (var position = 0; pattern.Find(text, position, Budget(text), out var start, out var end); position = end)
        {
            Assert.Equal(position + (position == 0 ? 1 : 0), start);
            Assert.Equal(start + 1, end);
            found++;
        }

        Assert.Equal(255, found);
    }

    [Fact]
    public void Find_WithTooManyStates_StillFinds()
    {
        // Whether the twelfth character from the end is an a: 4,096 states.
        var pattern = new Pattern("(?:[ab]*a[ab]{11}c)|[ab]|c");
        var random = new Random(3);
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(_ => random.Next(40) == 0 ? 'c' : random.Next(2) == 0 ? 'a' : 'b'));
        for (var position = 0; pattern.Find(text, position, Budget(text), out var start, out var end); position = end)
        {
            Assert.True(pattern.FindByBacktracking(text, position, Budget(text), out var expectedStart, out var expectedEnd));
            Assert.Equal((expectedStart, expectedEnd), (start, end));
        }
    }

    private static EncodingBudget Budget(string text) => new(text.Length, CancellationToken.None);

    private static PatternAutomaton? Create(string source) => PatternAutomaton.TryCreate(PatternCompiler.Compile(PatternParser.Parse(source)));

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(40); count > 0; count--)
        {
            // Runs make repetitions work.
            text.Insert(text.Length, s_alphabet[random.Next(s_alphabet.Length)], random.Next(4) == 0 ? random.Next(1, 6) : 1);
        }

        return text.ToString();
    }
}
