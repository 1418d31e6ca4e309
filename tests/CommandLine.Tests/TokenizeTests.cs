using System.Text;
using System.Text.Json;

namespace Rill.CommandLine.Tests;

public sealed class TokenizeTests
{
    [Fact]
    public async Task Tokenize_OfPlainText_WritesIdsOnOneLine()
    {
        var result = await RillProcess.RunAsync("Once upon a time", "tokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"^\d+( \d+)+\n$", result.Text);
    }

    [Fact]
    public async Task Tokenize_OfTextWithANewline_EncodesTheNewlineToo()
    {
        var without = await RillProcess.RunAsync("Hi", "tokenize", "--tokenizer", RillProcess.Model);
        var with = await RillProcess.RunAsync("Hi\n", "tokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal(without.Lines[0].Split(' ').Length + 1, with.Lines[0].Split(' ').Length);
    }

    [Fact]
    public async Task Tokenize_OfNothing_WritesAnEmptyLine()
    {
        var result = await RillProcess.RunAsync("", "tokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal((0, "\n"), (result.ExitCode, result.Text));
    }

    [Fact]
    public async Task Tokenize_OfInvalidUtf8_SaysWhichByte()
    {
        var result = await RillProcess.RunAsync([(byte)'a', 0xff], "tokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Equal("rill: Standard input is not valid UTF-8: byte 2 begins no character.\n", result.Error);
    }

    [Theory]
    [InlineData("Grüße, 世界 🙂\r\n\t end")]
    [InlineData("\ufeffa mark is a character")]
    [InlineData("<|im_end|>  ")]
    public async Task Detokenize_OfTokenizedText_GivesExactlyItsBytes(string text)
    {
        var ids = await RillProcess.RunAsync(text, "tokenize", "--tokenizer", RillProcess.Model);
        var back = await RillProcess.RunAsync(ids.Output, "detokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal((0, ""), (back.ExitCode, back.Error));
        Assert.Equal(Encoding.UTF8.GetBytes(text), back.Output);
    }

    [Theory]
    [InlineData("12 x4", "rill: 'x4' is no token id; ids are whole numbers, separated by white space.\n")]
    [InlineData("12 99999", "rill: id number 2 is 99999, but this tokenizer's ids lie in [0, 3072).\n")]
    [InlineData("-1", "rill: id number 1 is -1, but this tokenizer's ids lie in [0, 3072).\n")]
    public async Task Detokenize_OfWhatIsNoId_SaysWhich(string input, string error)
    {
        var result = await RillProcess.RunAsync(input, "detokenize", "--tokenizer", RillProcess.Model);

        Assert.Equal((1, error), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Tokenize_OfLines_AnswersEachAndFailsTheBadOnesAlone()
    {
        byte[] input =
        [
            .. "\ufeff{\"text\":\"Hi\"}\r\n{\"text\":\"\\ud800\"}\n\n{bad\n{\"text\":\""u8, 0xff,
            .. "\"}\n{\"text\":3}\n[]\n{}\n{\"text\":\"Hi\",\"specials\":\"yes\"}\n{\"text\":\"Hi\",\"id\":7}"u8,
        ];

        var result = await RillProcess.RunAsync(input, "tokenize", "--tokenizer", RillProcess.Model, "--jsonl");

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            [
                "{\"ids\":[998]}",
                "{\"error\":\"text holds an unpaired surrogate (such as \\\\ud800), which is no character.\"}",
                "{\"error\":\"The line is empty; it must hold a JSON object.\"}",
                "{\"error\":\"The line is not valid JSON (line 1, byte 2).\"}",
                "{\"error\":\"The line is not valid UTF-8: byte 10 begins no character.\"}",
                "{\"error\":\"text must be a string.\"}",
                "{\"error\":\"The line must hold a JSON object.\"}",
                "{\"error\":\"text is missing; it must be a string.\"}",
                "{\"error\":\"specials must be true or false.\"}",
                "{\"ids\":[998]}",
            ],
            result.Lines);
    }

    [Fact]
    public async Task Detokenize_OfLines_AnswersEachAndFailsTheBadOnesAlone()
    {
        const string Input = """
            {"ids":[998]}
            {"ids":[1.5]}
            {"ids":[998,99999]}
            {"ids":"x"}
            {"ids":[998],"skip_specials":3}
            {"ids":[]}
            """;

        var result = await RillProcess.RunAsync(Input, "detokenize", "--tokenizer", RillProcess.Model, "--jsonl");

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            [
                "{\"text\":\"Hi\"}",
                "{\"error\":\"ids[0] must be a token id, a whole number.\"}",
                "{\"error\":\"ids[1] is 99999, but this tokenizer's ids lie in [0, 3072).\"}",
                "{\"error\":\"ids must be a list of token ids.\"}",
                "{\"error\":\"skip_specials must be true or false.\"}",
                "{\"text\":\"\"}",
            ],
            result.Lines);
    }

    [Fact]
    public async Task Detokenize_SkippingSpecials_LeavesThemOut()
    {
        var ids = await RillProcess.RunAsync("{\"text\":\"<|im_start|>Hi<|im_end|>\"}", "tokenize", "--tokenizer", RillProcess.Model, "--jsonl");
        var line = ids.Lines[0][..^1] + ",\"skip_specials\":true}";

        var result = await RillProcess.RunAsync(line, "detokenize", "--tokenizer", RillProcess.Model, "--jsonl");
        var byOption = await RillProcess.RunAsync(ids.Output, "detokenize", "--tokenizer", RillProcess.Model, "--jsonl", "--skip-specials");

        Assert.Equal("{\"text\":\"Hi\"}\n", result.Text);
        Assert.Equal("{\"text\":\"Hi\"}\n", byOption.Text);
    }

    [Fact]
    public async Task Tokenize_OfAVeryLongLine_AnswersIt()
    {
        var text = string.Concat(Enumerable.Repeat("a river of words, ", 300_000));
        var result = await RillProcess.RunAsync($"{{\"text\":\"{text}\"}}\n", "tokenize", "--tokenizer", RillProcess.Model, "--jsonl");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.True(JsonElement.Parse(result.Lines[0]).GetProperty("ids").GetArrayLength() > 600_000);
    }

    [Fact]
    public async Task Tokenize_UnderAForeignLocale_StillReadsAndWritesUtf8()
    {
        using var process = RillProcess.Start(
            "dotnet",
            [RillProcess.Assembly, "tokenize", "--tokenizer", "/no/grüße"],
            [KeyValuePair.Create("LC_ALL", "en_US.ISO-8859-1"), KeyValuePair.Create("LANG", "en_US.ISO-8859-1")]);

        var result = await RillProcess.FinishAsync(process, []);

        Assert.Equal("rill: There is no directory or GGUF file /no/grüße.\n", result.Error);
    }

    [Theory]
    [InlineData("rill: Option '--tokenizer' is required.", "tokenize")]
    [InlineData("rill: Required command was not provided.")]
    [InlineData("rill: There is no command 'tokenise'.", "tokenise", "--jsonl")]
    [InlineData("rill: Unrecognized command or argument '--jsnl'.", "tokenize", "--tokenizer", ".", "--jsnl")]
    public async Task Rill_WithAWrongCommandLine_ExitsWith2(string error, params string[] arguments)
    {
        var result = await RillProcess.RunAsync("", arguments);

        Assert.Equal((2, ""), (result.ExitCode, result.Text));
        Assert.StartsWith(error, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }
}
