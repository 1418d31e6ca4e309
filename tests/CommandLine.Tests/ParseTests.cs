using System.Text.Json;

namespace Rill.CommandLine.Tests;

/// <summary><c>rill parse</c>, and what <c>rill inspect</c> says of a model's format.</summary>
public sealed class ParseTests
{
    [Fact]
    public async Task Parse_ByAName_GivesReasoningTextAndCalls()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("tools.json"), """[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]""");

        var result = await RillProcess.RunAsync(
            "<think>hm</think>Hö<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call>", "parse", "--format", "qwen3", "--tools", folder.File("tools.json"));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches("""^{"content":"Hö","reasoning":"hm","tool_calls":\[{"id":"call_[A-Za-z0-9]{24}","name":"f","arguments":"{\\"a\\": 1}"}\]}\n$""", result.Text);
    }

    [Fact]
    public async Task Parse_BehindAnOpenThought_BeginsInside()
    {
        var result = await RillProcess.RunAsync("hm</think>Hi", "parse", "--format", "think", "--thinking");

        Assert.Equal("{\"content\":\"Hi\",\"reasoning\":\"hm\",\"tool_calls\":[]}\n", result.Text);
    }

    [Fact]
    public async Task Parse_OfAModel_ReadsByItsFiles()
    {
        var result = await RillProcess.RunAsync("Hello", "parse", "--model", RillProcess.Model);

        Assert.Equal((0, "Hello"), (result.ExitCode, JsonElement.Parse(result.Text).GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Parse_WithAnUnknownName_NamesThoseThatThereAre()
    {
        var result = await RillProcess.RunAsync("", "parse", "--format", "klingon");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("rill: There is no message format 'klingon'; there are apertus, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parse_WithToolsThatAreNone_SaysSo()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder.File("tools.json"), """[{"type": "function"}]""");

        var result = await RillProcess.RunAsync("", "parse", "--format", "qwen3", "--tools", folder.File("tools.json"));

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("every tool needs a function with a name.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfAModelThatCallsTools_ShowsHow()
    {
        using var folder = new TemporaryDirectory();
        foreach (var file in Directory.GetFiles(RillProcess.Model))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(folder.File("chat_template.jinja"), """
            {%- for message in messages %}<|im_start|>{{ message.role }}
            {{ message.content }}{% for call in message.tool_calls or [] %}<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>{% endfor %}<|im_end|>
            {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
            {% endif %}
            """);

        var result = await RillProcess.RunAsync("", "inspect", folder.Path);

        Assert.Contains("tool calls      <tool_call>{name, arguments}</tool_call>...\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("found by: chat template\n", result.Text, StringComparison.Ordinal);
    }
}
