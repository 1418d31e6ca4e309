namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Schemas in which it is easy to be wrong, with texts that must be possible and texts that must not.</summary>
public class HeldSchemaTests
{
    public static TheoryData<string, string[], string[]> Cases() => new()
    {
        {
            """{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}}}""",
            ["""{"v":1,"next":{"v":2,"next":null}}"""],
            ["""{"v":1,"next":{"v":2}}""", """{"v":1,"next":[]}"""]
        },
        {
            """{"type":"object","properties":{"c":{"type":"array","items":{"$ref":"#"}}},"additionalProperties":false}""",
            ["""{"c":[{"c":[]},{}]}""", "{}"],
            ["""{"c":[{"d":1}]}"""]
        },
        { """{"$ref":"#/$defs/s","maxLength":2,"$defs":{"s":{"type":"string"}}}""", ["\"ab\""], ["\"abc\"", "1"] },
        { """{"type":"string","pattern":"b+"}""", ["\"abc\"", "\"a\\u0062c\""], ["\"ac\""] },
        { """{"type":"string","pattern":"^\\p{L}{2}$"}""", ["\"éß\"", "\"\\ud801\\udc00a\""], ["\"é1\"", "\"\\ud801\\udc00\""] },
        {
            """{"type":"string","format":"date-time"}""",
            ["\"2024-02-29T12:00:00.123+05:30\"", "\"1963-06-19t08:30:06z\""],
            ["\"2023-02-29T12:00:00Z\"", "\"2024-02-29T12:00:00\"", "\"2024-02-29T24:00:00Z\""]
        },
        { """{"type":"string","format":"date"}""", ["\"2000-02-29\""], ["\"1900-02-29\"", "\"2024-4-1\""] },
        { """{"type":"number","multipleOf":0.01}""", ["19.99", "-0.07", "0"], ["19.995", "1e-3"] },
        { """{"type":"integer"}""", ["0", "-12"], ["1.5", "1e-1", "01", "-"] },
        { """{"type":"number","exclusiveMinimum":0,"maximum":1e3}""", ["1000.0", "0.5", "999"], ["-0.0", "1000.0001", "1e4", "0"] },
        { """{"oneOf":[{"type":"integer"},{"minimum":2}]}""", ["1", "2.5", "\"x\""], ["3", "1.5"] },
        { """{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}""", ["""{"a":1}""", """{"b":1,"c":2}"""], ["""{"a":1,"b":2}""", "{}"] },
        {
            """{"type":"object","properties":{"id":{"type":"integer"}},"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""",
            ["""{"id":1,"x-a":"q"}""", """{"\u0078-a":"q"}"""],
            ["""{"id":1,"y":1}""", """{"x-a":1}"""]
        },
        {
            """{"type":"object","properties":{"x1":{"type":"integer"}},"patternProperties":{"^x":{"minimum":10}},"additionalProperties":false}""",
            ["""{"x1":12}""", """{"xx":"any"}"""],
            ["""{"x1":5}""", """{"xx":5}"""]
        },
        {
            """{"type":"string","minLength":2,"maxLength":2}""",
            ["\"😀a\"", "\"\\ud83d\\ude00a\"", "\"e\\u0301\""],
            ["\"\\ud83d\\ude00\"", "\"abc\"", "\"\\ud83dab\"", "\"\\ude00ab\""]
        },
        { """{"enum":["a\"b","c\\d","e\nf","/"]}""", ["\"a\\\"b\"", "\"/\"", "\"e\\nf\""], ["\"ab\"", "\"c\\\\\\\\d\""] },
        { """{"enum":[1,"1",null,[],{"k":true}]}""", ["null", "[]", """{"k":true}""", "1", "\"1\""], ["true", "0", "\"null\""] },
        { """{"const":{"a":1,"b":[2]}}""", ["""{"a":1,"b":[2]}"""], ["""{"a":1,"b":[2],"c":0}"""] },
        {
            """{"type":"array","items":{"type":"boolean"},"minItems":1000,"maxItems":1000}""",
            [Items(1000)], [Items(999), Items(1001)]
        },
        {
            """{"type":"object","properties":{"s":{"type":"string","maxLength":5000}},"required":["s"]}""",
            [Long(5000)], [Long(5001)]
        },
        { """{"type":"object","properties":{},"additionalProperties":false}""", ["{}", "{ }"], ["""{"a":1}""", "null"] },
        { """{"type":["integer","null"],"minimum":0}""", ["null", "0"], ["-1", "\"0\"", "false"] },
        {
            """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"},"c":{"type":"integer"}},"required":["c"],"additionalProperties":false}""",
            ["""{"c":1}""", """{"b":1,"c":2}"""],
            ["""{"a":1,"b":1}""", """{"c":1,"d":2}""", """{"c":1,"c":1}"""]
        },
        {
            """{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":3}},"required":["a"]}]}""",
            ["""{"a":3}"""], ["""{"a":2}""", "{}", """{"a":3.5}"""]
        },
        {
            """{"type":"object","allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}""",
            ["""{"a":1}""", "{}"], ["""{"b":1}"""]
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Grammar_OfASchema_AcceptsWhatObeysItAndNothingElse(string schema, string[] valid, string[] invalid)
    {
        var grammar = GrammarWorld.Compile(schema);

        Assert.All(valid, text => Assert.True(grammar.Accepts(text), $"refused: {text}"));
        Assert.All(invalid, text => Assert.False(grammar.Accepts(text), $"accepted: {text}"));
    }

    private static string Items(int count) => $"[{string.Join(',', Enumerable.Repeat("true", count))}]";

    private static string Long(int count) => $$"""{"s":"{{new string('é', count)}}"}""";
}
