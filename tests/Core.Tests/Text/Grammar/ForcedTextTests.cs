using System.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Text is forced where one byte is possible at each place, and nowhere else.</summary>
public class ForcedTextTests
{
    private const string Place = """
        {"type":"object","additionalProperties":false,"required":["name","age"],"properties":{
          "name":{"type":"string"},"age":{"type":"integer"},"kind":{"enum":["river","riverbank"]},"wet":{"type":"boolean"}}}
        """;

    [Theory]
    [InlineData("{\"", "name\":")]
    [InlineData("{\"na", "me\":")]
    [InlineData("{\"name\": ", "\"")]
    [InlineData("{\"name\": \"a\"", ",")]
    [InlineData("{\"name\":\"a\",\n \"", "age\":")]
    [InlineData("{\"name\":\"a\",\"age\":3,\"kind\":\"r", "iver")]
    [InlineData("{\"name\":\"a\",\"age\":3,\"kind\":\"riverb", "ank\"")]
    [InlineData("{\"name\":\"a\",\"age\":3,\"wet\":t", "rue")]
    public void Forced_WhereOneByteIsPossibleAtEachPlace_IsTheTextUpToTheNextChoice(string text, string forced)
        => Assert.Equal((forced, false), After(Place, text));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"name\":")]
    [InlineData("{\"name\": \"")]
    [InlineData("{\"name\": \"a")]
    [InlineData("{\"name\": \"a\",")]
    [InlineData("{\"name\": \"a\", \"age\": 3")]
    [InlineData("{\"name\": \"a\", \"age\": 3, \"")]
    [InlineData("{\"name\": \"a\", \"age\": 3, \"kind\": \"river")]
    public void Forced_AtAnOptionalSpaceWithinAStringOrAtAChoice_IsNothing(string text)
        => Assert.Equal(("", false), After(Place, text));

    [Theory]
    [InlineData("""{"const":"abc"}""", "\"a", "bc\"")]
    [InlineData("""{"type":"boolean"}""", "f", "alse")]
    public void Forced_UpToTheEndOfTheAnswer_SaysThatNothingFollows(string schema, string text, string forced)
        => Assert.Equal((forced, true), After(schema, text));

    [Fact]
    public void Forced_WhereCharactersShareABeginning_EndsWithinThem()
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile("""{"enum":["é","è"]}"""));
        Assert.True(matcher.TryAccept("\""u8));

        Assert.Equal([0xC3], matcher.Forced(100).Symbols.Values.ToArray());
    }

    [Fact]
    public void Forced_OfALongText_IsCut()
        => Assert.Equal(("na", false), After(Place, "{\"", most: 2));

    [Fact]
    public void Forced_AfterRandomTexts_IsWhatTheMaskLeaves()
    {
        var (random, mask, found) = (new Random(11), new uint[(ByteTokenizer.EndOfText / 32) + 1], 0);
        var grammar = GrammarWorld.Compile("""
            {"type":"object","additionalProperties":false,"required":["id","text"],"properties":{
              "id":{"type":"integer","minimum":10,"maximum":99},"text":{"type":"string","maxLength":4},"code":{"type":"string","pattern":"^[A-Z]-é$"},
              "kind":{"enum":["a","ab","b\"c",null,1.5]},"list":{"type":"array","maxItems":3,"items":{"anyOf":[{"type":"boolean"},{"const":{"deep":"é"}}]}}}}
            """);
        for (var walk = 0; walk < 40; walk++)
        {
            var matcher = new GrammarMatcher(grammar);
            while (!matcher.IsComplete)
            {
                matcher.FillMask(mask);
                var allowed = Enumerable.Range(0, ByteTokenizer.EndOfText + 1).Where(token => (mask[token >> 5] >> token & 1) != 0).ToList();
                int[] expected = allowed is [< 256 and var only] ? [only] : [];
                Assert.Equal(expected, matcher.Forced(1).Symbols.Values.ToArray());
                found += expected.Length;
                var next = allowed.Where(token => token < 256).ToList();
                Assert.True(matcher.TryAccept(next[random.Next(next.Count)]));
            }
        }

        Assert.InRange(found, 100, int.MaxValue);
    }

    private static (string Text, bool IsEnd) After(string schema, string text, int most = 100)
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile(schema));
        Assert.True(matcher.TryAccept(Encoding.UTF8.GetBytes(text)));
        var forced = matcher.Forced(most);
        Assert.All(forced.Symbols.Values.ToArray(), symbol => Assert.InRange(symbol, 0, Symbols.FirstToken - 1));
        return (Encoding.UTF8.GetString([.. forced.Symbols.Values.ToArray().Select(symbol => (byte)symbol)]), forced.IsEnd);
    }
}
