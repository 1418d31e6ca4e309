using System.Globalization;
using System.Text;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Walks over the tree of a vocabulary.</summary>
public class TokenTrieTests
{
    [Fact]
    public void Continue_OfTokensWithTheSameBytes_SetsAllOfThem()
    {
        var trie = new TokenTrie([(3, "ab"u8.ToArray()), (40, "ab"u8.ToArray()), (1, "a"u8.ToArray()), (7, "ab"u8.ToArray()), (5, "b"u8.ToArray())]);
        var automaton = new GrammarAutomaton(new LiteralMachine(["abc"]));
        var mask = new uint[2];

        Assert.True(new TokenWalk(trie, automaton, automaton.Start, mask).Continue(int.MaxValue));

        Assert.Equal([(1u << 1) | (1u << 3) | (1u << 7), 1u << 8], mask);
    }

    [Fact]
    public void Continue_OfNoTokens_SetsNothing()
    {
        var automaton = new GrammarAutomaton(new LiteralMachine(["a"]));
        var mask = new uint[1];

        Assert.True(new TokenWalk(new TokenTrie([]), automaton, automaton.Start, mask).Continue(1));

        Assert.Equal(0u, mask[0]);
    }

    /// <summary>More configurations than an automaton keeps: it forgets in the middle of a walk, and numbers them anew.</summary>
    [Fact]
    public void Continue_WhileTheAutomatonForgets_SetsWhatStepsAllow()
    {
        const int Count = 9_000;
        var texts = Enumerable.Range(0, Count).Select(number => number.ToString("00000", CultureInfo.InvariantCulture)).ToList();
        var trie = new TokenTrie(texts.Select((text, id) => (id, Encoding.ASCII.GetBytes(text))));
        var automaton = new GrammarAutomaton(new LiteralMachine(texts.Where((_, id) => id % 3 != 1).Select(text => text + "!")));
        var mask = new uint[(Count / 32) + 1];

        Assert.True(new TokenWalk(trie, automaton, automaton.Start, mask).Continue(int.MaxValue));
        Assert.True(new TokenWalk(trie, automaton, automaton.Start, mask).Continue(int.MaxValue));

        Assert.True(automaton.Era > 0);
        Assert.All(Enumerable.Range(0, Count), id => Assert.Equal(id % 3 != 1, (mask[id >> 5] >> id & 1) != 0));
    }

    /// <summary>Two walks in turn, in parts: each finds the automaton as the other has left it, forgetting included.</summary>
    [Fact]
    public void Continue_InPartsBesideAnotherWalk_SetsWhatStepsAllow()
    {
        const int Count = 9_000;
        var texts = Enumerable.Range(0, Count).Select(number => number.ToString("00000", CultureInfo.InvariantCulture)).ToList();
        var trie = new TokenTrie(texts.Select((text, id) => (id, Encoding.ASCII.GetBytes(text))));
        var automaton = new GrammarAutomaton(new LiteralMachine(texts.Where((_, id) => id % 3 != 1).Select(text => text + "!")));
        var (one, other) = (new uint[(Count / 32) + 1], new uint[(Count / 32) + 1]);
        var behind = automaton.Walk(automaton.Start, (byte)'0');
        var rest = new TokenTrie(texts.Select((text, id) => (id, Encoding.ASCII.GetBytes(text[1..]))));
        var (walk, second) = (new TokenWalk(trie, automaton, automaton.Start, one), new TokenWalk(rest, automaton, behind, other));

        var parts = 1;
        while (!walk.Continue(1))
        {
            second.Continue(1);
            parts++;
        }

        Assert.True(automaton.Era > 0);
        Assert.InRange(parts, Count, int.MaxValue);
        Assert.All(Enumerable.Range(0, Count), id => Assert.Equal(id % 3 != 1, (one[id >> 5] >> id & 1) != 0));
        Assert.True(second.Continue(int.MaxValue));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Walk_FromAConfigurationOfAnEraBefore_GoesOnRightly()
    {
        var texts = Enumerable.Range(0, 20_000).Select(number => number.ToString("00000!", CultureInfo.InvariantCulture)).ToList();
        var automaton = new GrammarAutomaton(new LiteralMachine(texts));
        var held = automaton.Walk(automaton.Walk(automaton.Start, (byte)'1'), (byte)'9');
        foreach (var text in texts)
        {
            var at = automaton.Start;
            foreach (var next in Encoding.ASCII.GetBytes(text))
            {
                at = automaton.Walk(at, next);
            }

            Assert.True(at.IsComplete);
        }

        Assert.True(automaton.Era > 0);
        Assert.NotEqual(Configuration.Dead, automaton.Walk(held, (byte)'9'));
        Assert.Equal(Configuration.Dead, automaton.Walk(automaton.Start, (byte)'2'));
        Assert.Equal(Configuration.Dead, automaton.Walk(held, (byte)'x'));
    }
}
