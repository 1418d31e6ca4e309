namespace Rill.CommandLine.Tests;

public sealed class RenderTests
{
    private const string Hello = "{\"messages\":[{\"role\":\"user\",\"content\":\"Grüße\"}]}";

    [Fact]
    public async Task Render_OfOneConversation_WritesThePromptAsItIs()
    {
        var result = await RillProcess.RunAsync(Hello, "render", "--model", RillProcess.Model);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("<|im_start|>user\nGrüße<|im_end|>\n", result.Text, StringComparison.Ordinal);
        Assert.EndsWith("<|im_start|>assistant\n", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_OfLines_AnswersEachAndFailsTheBadOnesAlone()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(
            directory.File("t.jinja"),
            "{% if not messages %}{{ raise_exception('No messages!') }}{% endif %}{{ bos_token }}{{ messages[0].content }}{% if add_generation_prompt %}>{% endif %}{{ mood }}{{ extra.a if extra }}");
        const string Input = """
            {"messages":[{"role":"user","content":"a"}],"bos_token":"<s>","chat_template_kwargs":{"mood":"!"},"extra":{"a":1}}
            {"messages":[]}
            {"messages":[{"role":"user","content":"a"}],"add_generation_prompt":false}
            {"message":[]}
            {"messages":[{"role":"user","content":"\ud800"}]}
            {"messages":{}}
            """;

        var result = await RillProcess.RunAsync(Input, "render", "--template", directory.File("t.jinja"), "--jsonl");

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Equal("{\"text\":\"<s>a>!1\"}", result.Lines[0]);
        Assert.Equal("{\"error\":\"No messages!\"}", result.Lines[1]);
        Assert.Equal("{\"text\":\"a\"}", result.Lines[2]);
        Assert.Equal(6, result.Lines.Length);
        Assert.All(result.Lines[3..], line => Assert.StartsWith("{\"error\":\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Render_AtAGivenTime_WritesThatTimeInAnyTimeZone()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("t.jinja"), "{{ strftime_now('%Y-%m-%d %H:%M:%S') }}");
        using var process = RillProcess.Start(
            "dotnet",
            [RillProcess.Assembly, "render", "--template", directory.File("t.jinja"), "--now", "2026-07-26T12:34:56"],
            [KeyValuePair.Create("TZ", "Asia/Tokyo")]);

        var result = await RillProcess.FinishAsync(process, "{\"messages\":[]}"u8.ToArray());

        Assert.Equal("2026-07-26 12:34:56", result.Text);
    }

    [Fact]
    public async Task Render_OfABrokenTemplate_NamesFileAndLine()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("t.jinja"), "a\n{% if %}");

        var result = await RillProcess.RunAsync(Hello, "render", "--template", directory.File("t.jinja"));

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains("t.jinja", result.Error, StringComparison.Ordinal);
        Assert.Contains("line 2", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("One of --model DIR and --template FILE is required.")]
    [InlineData("One of --model DIR and --template FILE is required.", "--model", "a", "--template", "b")]
    [InlineData("--now must be a time such as 2026-07-26T12:34:56.", "--model", "a", "--now", "noon")]
    public async Task Render_WithAWrongCommandLine_ExitsWith2(string error, params string[] arguments)
    {
        var result = await RillProcess.RunAsync("", ["render", .. arguments]);

        Assert.Equal((2, ""), (result.ExitCode, result.Text));
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--model")]
    [InlineData("--template")]
    public async Task Render_OfWhatIsNotThere_SaysSo(string option)
    {
        var result = await RillProcess.RunAsync(Hello, "render", option, "/no/such/place");

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains("/no/such/place", result.Error, StringComparison.Ordinal);
    }
}
