namespace Rill.Core.Tests.OpenAI;

public sealed class ResponseFormatTests
{
    private const string Schema = """{"type":"object"}""";

    [Theory]
    [InlineData("null")]
    [InlineData("""{"type":"text"}""")]
    public void TryRead_Text_IsNoFormat(string format) =>
        Assert.Null(ChatRequestReaderTests.ReadWith($"\"response_format\":{format}").ResponseFormat);

    [Theory]
    [InlineData("""{"type":"json_object"}""", null, true)]
    [InlineData("""{"type":"json_object","schema":{"type":"object"}}""", Schema, true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a_B-9","schema":{"type":"object"},"strict":true,"description":"d"}}""", Schema, true)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"},"strict":null}}""", Schema, false)]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}}""", Schema, false)]
    public void TryRead_AFormat_IsKept(string format, string? schema, bool isStrict)
    {
        var read = ChatRequestReaderTests.ReadWith($"\"response_format\":{format}").ResponseFormat!;

        Assert.Equal((schema, isStrict), (read.Schema?.GetRawText(), read.IsStrict));
    }

    [Theory]
    [InlineData("\"text\"", "response_format", "invalid_value")]
    [InlineData("{}", "response_format.type", "missing_required_parameter")]
    [InlineData("""{"type":"structural_tag"}""", "response_format.type", "invalid_value")]
    [InlineData("""{"type":5}""", "response_format.type", "invalid_value")]
    [InlineData("""{"type":"json_object","schema":5}""", "response_format.schema", "invalid_value")]
    [InlineData("""{"type":"json_schema"}""", "response_format.json_schema", "missing_required_parameter")]
    [InlineData("""{"type":"json_schema","json_schema":[]}""", "response_format.json_schema", "invalid_value")]
    [InlineData("""{"type":"json_schema","json_schema":{"schema":{}}}""", "response_format.json_schema.name", "missing_required_parameter")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}""", "response_format.json_schema.name", "invalid_value")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a\n","schema":{}}}""", "response_format.json_schema.name", "invalid_value")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a"}}""", "response_format.json_schema.schema", "missing_required_parameter")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":[]}}""", "response_format.json_schema.schema", "invalid_value")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":1}}""", "response_format.json_schema.strict", "invalid_value")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{},"description":1}}""", "response_format.json_schema.description", "invalid_value")]
    public void TryRead_ABadFormat_NamesTheField(string format, string param, string code)
    {
        var error = ChatRequestReaderTests.ErrorWith($"\"response_format\":{format}");

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }
}
