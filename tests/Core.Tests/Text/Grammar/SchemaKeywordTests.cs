using System.Diagnostics;
using Rill.Text.Grammar;

namespace Rill.Core.Tests.Text.Grammar;

public class SchemaKeywordTests
{
    [Theory]
    [InlineData("""{"type":"string","not":{"format":"date"}}""", "#/not", "format")]
    [InlineData("""{"properties":{"a":{"uniqueItems":true,"type":"array"}}}""", "#/properties/a", "uniqueItems")]
    [InlineData("""{"uniqueItems":true,"items":{"enum":["a","b"]},"contains":{"const":"a"}}""", "#", "uniqueItems")]
    [InlineData("""{"uniqueItems":true,"prefixItems":[{"enum":["a"]}],"items":{"enum":["a","b"]}}""", "#", "uniqueItems")]
    [InlineData("""{"uniqueItems":true,"items":{"enum":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]}}""", "#", "uniqueItems")]
    [InlineData("""{"type":"object","not":{"additionalProperties":false}}""", "#/not", "additionalProperties")]
    [InlineData("""{"properties":{"a/b":{"$dynamicRef":"#x"}}}""", "#/properties/a~1b", "$dynamicRef")]
    [InlineData("""{"unevaluatedProperties":false}""", "#", "unevaluatedProperties")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "#", "$ref")]
    [InlineData("""{"contains":{"type":"integer"},"minContains":2}""", "#", "minContains")]
    [InlineData("""{"pattern":"(?=a)b"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(a)\\1"}""", "#", "pattern")]
    [InlineData("""{"format":"regex"}""", "#", "format")]
    [InlineData("""{"type":"number","multipleOf":1234567}""", "#", "multipleOf")]
    public void Compile_AKeywordThatIsNotEnforced_IsRefusedByNameAndPlace(string schema, string place, string keyword)
    {
        var refused = Assert.Throws<SchemaException>(() => GrammarWorld.Compile(schema));

        Assert.True(refused.IsUnsupported);
        Assert.Contains(keyword, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(place, refused.Pointer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "#/type")]
    [InlineData("""{"type":5}""", "#/type")]
    [InlineData("""{"required":"a"}""", "#/required")]
    [InlineData("""{"properties":{"a":5}}""", "#/properties/a")]
    [InlineData("""{"minLength":-1}""", "#/minLength")]
    [InlineData("""{"minimum":"1"}""", "#/minimum")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf")]
    [InlineData("""{"enum":"a"}""", "#/enum")]
    [InlineData("""{"const":1,"enum":"a"}""", "#/enum")]
    [InlineData("""{"anyOf":{}}""", "#/anyOf")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "#/$ref")]
    public void Compile_ABrokenKeyword_IsRefusedAtItsPlace(string schema, string place)
    {
        var refused = Assert.Throws<SchemaException>(() => GrammarWorld.Compile(schema));

        Assert.False(refused.IsUnsupported);
        Assert.Equal(place, refused.Pointer);
    }

    [Theory]
    [InlineData("""{"enum":["\ud800"]}""")]
    [InlineData("""{"properties":{"\udc00x":{}}}""")]
    public void Compile_TextThatIsNoUnicode_IsRefused(string schema) =>
        Assert.Contains("Unicode", Assert.Throws<SchemaException>(() => GrammarWorld.Compile(schema)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("false")]
    [InlineData("""{"minimum":2,"maximum":1,"type":"number"}""")]
    [InlineData("""{"type":"string","pattern":"^a$","minLength":2}""")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"required":["n"]}}}""")]
    [InlineData("""{"type":"array","items":false,"minItems":1}""")]
    [InlineData("""{"type":"array","items":{"enum":[1,1.0,2]},"minItems":3,"uniqueItems":true}""")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"number"}]}""")]
    public void Compile_ASchemaThatNoValueObeys_IsRefused(string schema)
    {
        Assert.Contains("no value", Assert.Throws<SchemaException>(() => GrammarWorld.Compile(schema)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"integer","$schema":"https://json-schema.org/draft/2020-12/schema","title":"t","default":"x","examples":[1],"x-y":1,"minlength":3}""", "5")]
    [InlineData("""{"type":"string","format":"colour"}""", "\"any\"")]
    [InlineData("""{"$ref":"#"}""", "[1]")]
    [InlineData("""{"if":{"type":"integer"}}""", "null")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":false}}}""", """{"a":[1,1]}""")]
    public void Compile_Annotations_ArePassedOver(string schema, string text) => Assert.True(GrammarWorld.Accepts(schema, text));

    [Theory]
    [InlineData("""{"not":{"type":"integer"}}""", "1.5", "1")]
    [InlineData("""{"type":"string","not":{"pattern":"^a"}}""", "\"ba\"", "\"ab\"")]
    [InlineData("""{"type":"string","not":{"enum":["a","b"]}}""", "\"ab\"", "\"b\"")]
    [InlineData("""{"type":"object","not":{"required":["a"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"type":"number","not":{"const":3}}""", "4", "3")]
    [InlineData("""{"type":"integer","not":{"multipleOf":3}}""", "4", "6")]
    [InlineData("""{"type":"array","contains":{"const":1}}""", "[2,1]", "[2]")]
    [InlineData("""{"type":"array","not":{"contains":{"const":1}}}""", "[2]", "[2,1]")]
    [InlineData("""{"type":"array","not":{"uniqueItems":false,"maxItems":1}}""", "[1,1]", "[1]")]
    [InlineData("""{"type":"object","not":{"required":["a"],"additionalProperties":true,"patternProperties":{}}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"]},"type":"object","properties":{"a":{},"b":{}}}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}},"dependentRequired":{"a":["b"]}}""", """{"b":1}""", """{"a":1}""")]
    [InlineData("""{"type":"string","format":"email","maxLength":255}""", "\"ada@example.com\"", "\"@example.com\"")]
    [InlineData("""{"type":"string","pattern":"^(ab){20,}$","minLength":90,"maxLength":100}""", "\"abababababababababababababababababababababababababababababababababababababababababababababababab\"", "\"ababab\"")]
    [InlineData("""{"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6}],"not":{"multipleOf":5}}""", "24", "60")]
    [InlineData("""{"type":"number","multipleOf":0.5,"not":{"multipleOf":2}}""", "2.5", "4")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^[a-z]+$"}}""", """{"ab":1}""", """{"A":1}""")]
    [InlineData("""{"type":"object","minProperties":1,"maxProperties":2}""", """{"a":1,"b":2}""", """{"a":1,"b":2,"c":3}""")]
    [InlineData("""{"type":"object","minProperties":1}""", """{"a":1}""", "{}")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"string"},"minItems":1}""", "[1,\"a\"]", "[\"a\"]")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/a","maxLength":1,"definitions":{"a":{"type":"string"}}}""", "\"ab\"", "1")]
    [InlineData("""{"$id":"http://x/y","$ref":"z#a","$defs":{"q":{"$id":"z","$defs":{"w":{"$anchor":"a","type":"null"}}}}}""", "null", "1")]
    public void Compile_AKeyword_HoldsItsMeaning(string schema, string valid, string invalid)
    {
        Assert.True(GrammarWorld.Accepts(schema, valid));
        Assert.False(GrammarWorld.Accepts(schema, invalid));
    }

    [Theory]
    [InlineData("""{"a": 1, "b": [1, 2], "c": {"d": "e"}}""", true)]
    [InlineData("{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}", true)]
    [InlineData("\n{}", true)]
    [InlineData(" {}", true)]
    [InlineData("{  }", false)]
    [InlineData("{}\n", false)]
    [InlineData("{\n\n}", false)]
    [InlineData("{\"a\" :1}", false)]
    [InlineData("[1 ,2]", false)]
    public void Whitespace_BetweenParts_IsWhatPrintersWrite(string text, bool isAccepted) =>
        Assert.Equal(isAccepted, GrammarWorld.Accepts("true", text));

    [Theory]
    [InlineData("""{"type":"string","pattern":"((a{100}){100}){100}"}""")]
    [InlineData("""{"type":"string","pattern":"(((){9999}){9999}){9999}"}""")]
    [InlineData("""{"type":"string","pattern":"(a|b)*a(a|b){30}"}""")]
    [InlineData("""{"type":"string","pattern":"^a","maxLength":1000000000}""")]
    [InlineData("""{"type":"number","minimum":1e401}""")]
    public void Compile_ASchemaThatWouldTakeTooMuch_IsRefusedSoon(string schema) => AssertRefusedSoon(schema);

    [Fact]
    public void Compile_LongLists_AreRefusedSoon()
    {
        var alternatives = string.Join(',', Enumerable.Range(0, 3_000).Select(number => $"{{\"properties\":{{\"a{number}\":{{\"minimum\":{number}}}}}}}"));
        var constants = string.Join(',', Enumerable.Range(0, 6_000).Select(number => $$"""{"const":[{{number}}]}"""));
        var patterns = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"a{number}.*b\":{{}}"));
        AssertRefusedSoon($$"""{"oneOf":[{{alternatives}}]}""");
        AssertRefusedSoon($$"""{"oneOf":[{{constants}}]}""");
        AssertRefusedSoon("{\"patternProperties\":{" + patterns + "}}");
        AssertRefusedSoon($$"""{"enum":[[{{string.Join(',', Enumerable.Range(0, 30_000))}}]],"uniqueItems":true}""");
    }

    private static void AssertRefusedSoon(string schema)
    {
        var watch = Stopwatch.StartNew();
        Assert.True(Assert.Throws<SchemaException>(() => GrammarWorld.Compile(schema)).IsUnsupported);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(90));
    }
}
