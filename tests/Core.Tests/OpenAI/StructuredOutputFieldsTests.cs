using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>What peers have beside response_format.</summary>
public sealed class StructuredOutputFieldsTests
{
    [Theory]
    [InlineData("""{"json":{"type":"object"}}""", "structured_outputs.json", """{"type":"object"}""", null, null)]
    [InlineData("""{"json":"{\"type\":\"object\"}","disable_fallback":true}""", "structured_outputs.json", """{"type":"object"}""", null, null)]
    [InlineData("""{"regex":"a+","json":null,"whitespace_pattern":null}""", "structured_outputs.regex", null, "a+", null)]
    [InlineData("""{"choice":["a","b"],"disable_any_whitespace":false}""", "structured_outputs.choice", null, null, "a,b")]
    [InlineData("""{"json_object":true}""", "structured_outputs.json_object", null, null, null)]
    public void TryRead_OfStructuredOutputs_TellsTheForm(string value, string path, string? schema, string? pattern, string? choices) =>
        AssertForm($"\"structured_outputs\":{value}", path, schema, pattern, choices);

    [Theory]
    [InlineData("guided_json", """{"type":"object"}""", """{"type":"object"}""", null, null)]
    [InlineData("guided_regex", "\"a+\"", null, "a+", null)]
    [InlineData("guided_choice", """["a","b"]""", null, null, "a,b")]
    [InlineData("json_schema", "\"{}\"", "{}", null, null)]
    [InlineData("regex", "\"a+\"", null, "a+", null)]
    public void TryRead_OfOlderFields_TellsTheForm(string name, string value, string? schema, string? pattern, string? choices) =>
        AssertForm($"\"{name}\":{value}", name, schema, pattern, choices);

    [Theory]
    [InlineData("\"structured_outputs\":{\"grammar\":\"root ::= [a]\"}", "structured_outputs.grammar")]
    [InlineData("\"guided_grammar\":\"root ::= [a]\"", "guided_grammar")]
    [InlineData("\"grammar\":\"root ::= [a]\"", "grammar")]
    [InlineData("\"ebnf\":\"root ::= [a]\"", "ebnf")]
    public void TryRead_OfAGrammar_TellsIt(string json, string path)
    {
        var format = ChatRequestReaderTests.ReadWith(json).ResponseFormat!;

        Assert.Equal((path, "root ::= [a]", true), (format.Path, format.Grammar, format.IsStrict));
    }

    [Theory]
    [InlineData("\"structured_outputs\":{}")]
    [InlineData("\"structured_outputs\":{\"json_object\":false,\"choice\":null}")]
    [InlineData("\"guided_json\":{},\"guided_choice\":[],\"json_schema\":\"\",\"regex\":\"\",\"grammar\":\"\"")]
    public void TryRead_OfNothing_IsAnyText(string json) => Assert.Null(ChatRequestReaderTests.ReadWith(json).ResponseFormat);

    [Theory]
    [InlineData("\"structured_outputs\":[]", "structured_outputs", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"grammar\":1}", "structured_outputs.grammar", "invalid_value")]
    [InlineData("\"grammar\":\"root ::= x\",\"ebnf\":\"root ::= x\"", "ebnf", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"structural_tag\":\"{}\"}", "structured_outputs.structural_tag", "unsupported_parameter")]
    [InlineData("\"structured_outputs\":{\"regex\":\"a\",\"disable_any_whitespace\":true}", "structured_outputs.disable_any_whitespace", "unsupported_parameter")]
    [InlineData("\"structured_outputs\":{\"json\":\"[\"}", "structured_outputs.json", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"json\":\"[]\"}", "structured_outputs.json", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"choice\":[\"\"]}", "structured_outputs.choice", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"choice\":[1]}", "structured_outputs.choice[0]", "invalid_value")]
    [InlineData("\"structured_outputs\":{\"regex\":\"a\",\"choice\":[\"a\"]}", "structured_outputs.choice", "invalid_value")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"},\"guided_regex\":\"a\"", "guided_regex", "invalid_value")]
    public void TryRead_OfWhatIsWrong_NamesTheField(string json, string param, string code)
    {
        var error = ChatRequestReaderTests.ErrorWith(json);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    private static void AssertForm(string json, string path, string? schema, string? pattern, string? choices)
    {
        var format = ChatRequestReaderTests.ReadWith(json).ResponseFormat!;

        Assert.Equal((path, pattern, true), (format.Path, format.Pattern, format.IsStrict));
        Assert.Equal(schema, format.Schema?.GetRawText());
        Assert.Equal(choices, format.Choices is null ? null : string.Join(',', format.Choices));
    }
}
