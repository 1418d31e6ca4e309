using System.Text.Json;
using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>What a response_template says.</summary>
public sealed class ResponseTemplateTests
{
    [Fact]
    public void Read_OfFixedMarks_GivesTheFormat()
    {
        var format = Read("""
            {"version": 1, "defaults": {"role": "assistant"}, "start_anchor": "<|im_start|>assistant\n", "fields": {
              "thinking": {"open": "<think>", "close": "</think>"},
              "tool_calls": {"open": ["<tool_call>\n"], "close": "\n</tool_call>", "content": "json", "repeats": true,
                "transform": {"type": "function", "function": {"name": "{content.f}", "arguments": "{content.a.b}"}}},
              "content": {}}}
            """);

        Assert.Equal(new ReasoningFormat("<think>", "</think>"), format.Reasoning);
        Assert.Equal(("<tool_call>", "</tool_call>", true), (format.Tools?.Open, format.Tools?.Close, format.Tools?.Parallel));
        Assert.Equal("f", string.Join('.', format.Tools!.Arguments.NamePath));
        Assert.Equal("a.b", string.Join('.', format.Tools.Arguments.ArgumentsPath));
    }

    [Theory]
    [InlineData("""{"open_pattern": "<call (?P<name>\\w+)>", "close": "</call>", "content": "json"}""")]
    [InlineData("""{"open": "<call>", "close": "</call>", "content": "xml-inline"}""")]
    [InlineData("""{"open": "<call>", "close": "</call>", "content": "json", "content_args": {"unquoted_keys": true}}""")]
    [InlineData("""{"open": "<call>", "content": "json"}""")]
    public void Read_OfCallsThatSayMore_LeavesThemToTheChatTemplate(string calls) =>
        Assert.Null(Read("{\"version\": 1, \"start_anchor\": \"a\", \"fields\": {\"tool_calls\": " + calls + "}}").Tools);

    [Theory]
    [InlineData("""{"version": 1, "fields": {"content": {}}, "colour": 1}""", "'colour'")]
    [InlineData("""{"version": 1, "fields": {"content": {"opens": "a"}}}""", "content of response_template in tokenizer_config.json has the key 'opens'")]
    [InlineData("""{"version": 1, "fields": {}}""", "has no fields")]
    [InlineData("""[]""", "must be an object")]
    public void Read_OfWhatIsNotKnown_NamesIt(string template, string message) =>
        Assert.Contains(message, Assert.Throws<UnsupportedModelException>(() => Read(template)).Message, StringComparison.Ordinal);

    private static MessageFormat Read(string template) => ResponseTemplate.Read(JsonDocument.Parse(template).RootElement);
}
