using System.Text;
using Rill.Text.Grammar.Strings;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Groups of characters, and what automata are said to take of them.</summary>
public class CharacterGroupTests
{
    private static readonly uint s_all = (1u << CharacterGroups.Members.Count) - 1;

    [Fact]
    public void Members_OfAllGroups_AreWhatAStringHoldsAsItIs()
    {
        var counts = new int[CodePointRanges.Last + 1];
        foreach (var (first, last) in CharacterGroups.Members.SelectMany(group => group.Ranges))
        {
            for (var codePoint = first; codePoint <= last; codePoint++)
            {
                counts[codePoint]++;
            }
        }

        Assert.DoesNotContain(Enumerable.Range(0, counts.Length), codePoint => counts[codePoint] != (PlainReach.IsUnescaped(codePoint) ? 1 : 0));
    }

    [Fact]
    public void Of_OneCharacter_IsTheGroupThatHasIt()
    {
        foreach (var (group, members) in CharacterGroups.Members.Index())
        {
            Assert.All(members.Ranges.SelectMany(range => new[] { range.First, range.Last }), codePoint =>
                Assert.Equal(1u << group, CharacterGroups.Of(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(codePoint)))));
        }
    }

    [Theory]
    [InlineData("a\"")]
    [InlineData("a\\")]
    [InlineData("a\n")]
    [InlineData("abcdefghijklmnopq")]
    public void Of_ATextThatIsNotPlainOrIsLong_IsOther(string text) =>
        Assert.True(CharacterGroups.Of(Encoding.UTF8.GetBytes(text)) >= CharacterGroups.Other);

    [Fact]
    public void Of_HalfACharacter_IsOther() => Assert.True(CharacterGroups.Of([(byte)'a', 0xC3]) >= CharacterGroups.Other);

    [Theory]
    [InlineData("^[a-z0-9-]{3,40}$", "az-9", " A_é")]
    [InlineData("^(?:\\S+\\s+){0,40}\\S+$", "aZ9é", " \u00A0")]
    [InlineData("^[a-z]{17,18}$", "az", "0")]
    [InlineData("^[a-z]{3,15}$", "", "az")]
    [InlineData(".", "aZ9 é\u00A0", "")]
    [InlineData("^.*$", "aZ9 é\u00A0", "\u2028")]
    [InlineData("^[A-Fa-f0-9]+$", "afAF09", "gG")]
    [InlineData("^[a-x]+$", "a", "yz")]
    public void From_TheStartOfAPattern_HasWhatMayFollowInAnyOrder(string pattern, string inside, string outside)
    {
        var groups = GroupReach.From(new AutomatonBuilder(new()).Pattern(pattern), 0);

        Assert.All(inside.EnumerateRunes(), rune => Assert.Equal(0u, GroupOf(rune) & ~groups));
        Assert.All(outside.EnumerateRunes(), rune => Assert.Equal(0u, GroupOf(rune) & groups));
    }

    [Theory]
    [InlineData("^[a-z][a-z0-9-]{3,30}[a-z]$")]
    [InlineData("^[\\w .-]+@[^\\s]*$")]
    [InlineData("(?:[0-9a-f]{4}-)*x|^é[^b]*$")]
    [InlineData("^(?:\\S+\\s){0,9}\\S+$")]
    public void From_EachState_LeadsOnByTextsOfItsGroups(string pattern)
    {
        var (automaton, random) = (new AutomatonBuilder(new()).Pattern(pattern), new Random(1));
        for (var state = 0; state < automaton.Count; state++)
        {
            var groups = GroupReach.From(automaton, state);
            Assert.Equal(0u, groups & ~s_all);
            var members = CharacterGroups.Members.Where((_, group) => (groups >> group & 1) != 0).SelectMany(group => group.Ranges).ToList();
            for (var text = 0; text < 200 && members.Count > 0; text++)
            {
                var at = state;
                for (var length = 0; length < CharacterGroups.LongestToken; length++)
                {
                    var (first, last) = members[random.Next(members.Count)];
                    at = automaton.Step(at, random.Next(first, last + 1));
                    Assert.NotEqual(StringAutomaton.Dead, at);
                }
            }
        }
    }

    private static uint GroupOf(Rune rune) => CharacterGroups.Of(Encoding.UTF8.GetBytes(rune.ToString()));
}
