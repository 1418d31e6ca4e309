using Rill.Text.Grammar;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Arrays whose items must differ, where they are of a few values.</summary>
public class DistinctItemsTests
{
    [Theory]
    [InlineData("""["a","ab",null,"a b",1.5]""", 0, 9)]
    [InlineData("""["a","ab",null,"a b",1.5]""", 2, 3)]
    [InlineData("""[true,false,[1],{"a":[1]}]""", 1, 4)]
    public void Accepts_OfRandomArrays_ThoseWithoutAValueTwice(string values, int least, int most)
    {
        var texts = System.Text.Json.JsonElement.Parse(values).EnumerateArray().Select(value => value.GetRawText()).ToList();
        var grammar = GrammarWorld.Compile(
            $$"""{"type":"array","uniqueItems":true,"minItems":{{least}},"maxItems":{{most}},"items":{"enum":""" + values + "}}");
        var (random, right) = (new Random(5), 0);
        for (var round = 0; round < 400; round++)
        {
            var items = Enumerable.Range(0, random.Next(texts.Count + 2)).Select(_ => texts[random.Next(texts.Count)]).ToList();
            var isRight = items.Distinct().Count() == items.Count && items.Count >= least && items.Count <= most;
            right += isRight ? 1 : 0;

            Assert.Equal(isRight, grammar.Accepts($"[{string.Join(", ", items)}]"));
        }

        Assert.InRange(right, 20, 380);
    }

    /// <summary>What is begun can be ended: no comma where nothing is left to follow it.</summary>
    [Fact]
    public void TryAccept_AfterTheLastValue_TakesNoComma()
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile("""{"type":"array","items":{"type":["boolean","null"]},"uniqueItems":true}"""));

        Assert.True(matcher.TryAccept("[true,null,false"u8));
        Assert.False(matcher.TryAccept(","u8));
        Assert.True(matcher.TryAccept("]"u8));
        Assert.True(matcher.IsComplete);
    }

    [Theory]
    [InlineData("""{"$ref":"#/$defs/kind"}""")]
    [InlineData("""{"anyOf":[{"enum":["a","b"]},{"const":"c"},{"enum":["b","c"]}]}""")]
    [InlineData("""{"enum":["a","b","c","dd"],"maxLength":1}""")]
    public void Compile_OfValuesThatAreListedElsewhere_KnowsThem(string items)
    {
        var grammar = GrammarWorld.Compile("""{"type":"array","uniqueItems":true,"$defs":{"kind":{"enum":["a","b","c"]}},"items":""" + items + "}");

        Assert.True(grammar.Accepts("""["c","a","b"]"""));
        Assert.False(grammar.Accepts("""["c","a","c"]"""));
        Assert.False(grammar.Accepts("""["dd"]"""));
    }
}
