using System.Text.Json;
using Rill.Chat.Format;
using Rill.Chat.Format.Named;
using Rill.Chat.Output.Parsing;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output.Parsing;

/// <summary>Answers in the formats that have names.</summary>
public sealed class MessageParserTests
{
    private static readonly ParserContext s_context = new()
    {
        Tools =
        [
            new("f", JsonDocument.Parse("""{"properties":{"s":{"type":"string"},"n":{"type":"integer"},"u":{"type":["string","null"]},"o":{"$ref":"#/$defs/o"}},"$defs":{"o":{"type":"object"}}}""").RootElement, false),
            new("g", null, false),
        ],
    };

    [Theory]
    [InlineData("hermes", "<tool_call>{\"name\": \"f\", \"arguments\": null}</tool_call>", "f({})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"f\"}</tool_call>", "f({})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"s\\\": \\\"\\\\u00e9\\\"}\"}</tool_call>", "f({\"s\": \"\\u00e9\"})")]
    [InlineData("hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 1}}\n<tool_call>{\"name\": \"g\"}</tool_call>", "f({\"n\": 1}) g({})")]
    [InlineData("deepseek_v3", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"n\": 1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "f({\"n\": 1})")]
    [InlineData("deepseek_v31", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", "f({}) g({})")]
    [InlineData("deepseek_v32", "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"s\" string=\"true\">1</｜DSML｜parameter>\n<｜DSML｜parameter name=\"n\" string=\"false\">1</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", "f({\"s\": \"1\", \"n\": 1})")]
    [InlineData("glm45", "<tool_call>f\n<arg_key>s</arg_key>\n<arg_value>a\"b</arg_value>\n<arg_key>o</arg_key>\n<arg_value>{\"k\": 1}</arg_value>\n</tool_call>", "f({\"s\": \"a\\\"b\", \"o\": {\"k\": 1}})")]
    [InlineData("qwen3_coder", "<tool_call>\n<function=f>\n<parameter=o>\n{'k': None}\n</parameter>\n<parameter=u>\nnull\n</parameter>\n</function>\n</tool_call>", "f({\"o\": {\"k\": null}, \"u\": null})")]
    [InlineData("qwen3_coder", "<tool_call>\n<function=f>\n</function>\n</tool_call>", "f({})")]
    [InlineData("minimax_m2", "<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"n\">3</parameter>\n</invoke>\n</minimax:tool_call>", "f({\"n\": 3})")]
    [InlineData("granite", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"g\", \"arguments\": {}}]", "f({}) g({})")]
    [InlineData("phi4_mini", "functools[{\"name\": \"f\", \"arguments\": {\"s\": \"]\"}}]", "f({\"s\": \"]\"})")]
    [InlineData("cohere", "<|START_ACTION|>[\n{\"tool_call_id\": \"0\", \"tool_name\": \"f\", \"parameters\": {\"n\": 1}}\n]<|END_ACTION|>", "f({\"n\": 1})")]
    [InlineData("apertus", "<|tools_prefix|>[{\"f\": {\"n\": 1}}, {\"g\": {}}]<|tools_suffix|>", "f({\"n\": 1}) g({})")]
    [InlineData("pythonic", "[f(s=\"a, b)\", n=-1), g()]", "f({\"s\": \"a, b)\", \"n\": -1}) g({})")]
    [InlineData("lfm2", "<|tool_call_start|>[f(o={'k': [True, None, (1, 2)]})]<|tool_call_end|>", "f({\"o\": {\"k\": [true, null, [1, 2]]}})")]
    [InlineData("gemma4", "<|tool_call>call:f{n:3,o:{k:[<|\"|>a}<|\"|>,true]},s:<|\"|>x\"\ny<|\"|>}<tool_call|>", "f({\"n\": 3, \"o\": {\"k\": [\"a}\", true]}, \"s\": \"x\\\"\\ny\"})")]
    [InlineData("gemma4", "<|tool_call>call:f{\n}<tool_call|>", "f({})")]
    [InlineData("gemma4", "<|tool_call>call:f{ n : 3,\n o: {\n k: [\n] }\n}<tool_call|>", "f({\"n\": 3, \"o\": {\"k\": []}})")]
    [InlineData("gemma4", "<|tool_call>call:f{n:3,l:[1, ,2,],o:{k:<|\"|>a<|\"|>, }, }<tool_call|>", "f({\"n\": 3, \"l\": [1, 2], \"o\": {\"k\": \"a\"}})")]
    [InlineData("gemma4", "<|tool_call>call:f{l:[,],s:,t: }<tool_call|>", "f({\"l\": [], \"s\": \"\", \"t\": \"\"})")]
    [InlineData("functiongemma", "<start_function_call>call:f{s:<escape>v<escape>}<end_function_call>", "f({\"s\": \"v\"})")]
    [InlineData("kimi_k2", "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:3<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>", "f({})")]
    [InlineData("functionary", "f\n{\"n\": 1}>>>g\n{}", "f({\"n\": 1}) g({})")]
    [InlineData("functionary_v31", "<function=f>{\"n\": 1}</function><function=g>{}</function>", "f({\"n\": 1}) g({})")]
    [InlineData("harmony", "<|channel|>analysis<|message|>hm<|end|><|start|>assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>", "f({})")]
    public void Parse_OfCalls_GivesNamesAndArguments(string format, string text, string expected)
    {
        foreach (var length in new[] { 1, 2, 5, 1_000 })
        {
            var parsed = ParsedText.Of(NamedFormats.Find(format)!, text, s_context, pieceLength: () => length);

            Assert.Equal((expected, ""), (string.Join(" ", parsed.Calls), parsed.Content));
        }
    }

    [Theory]
    [InlineData("hermes", "<tool_call>no call</tool_call> a")]
    [InlineData("hermes", "<tool_call>{\"arguments\": {}}</tool_call>")]
    [InlineData("hermes", "a <tool_call>{\"name\": \"f\"")]
    [InlineData("llama3_json", "{\"name\": \"nobody\", \"parameters\": {}}")]
    [InlineData("llama3_json", "Say {\"name\": \"f\", \"parameters\": {}}")]
    [InlineData("pythonic", "[1, 2]")]
    [InlineData("pythonic", "[nobody(a=1)]")]
    [InlineData("deepseek_v31", "<｜tool▁calls▁begin｜> and then")]
    [InlineData("qwen3_coder", "<tool_call>\n<function=f>\n<b>")]
    [InlineData("functionary", "Hello\nyou")]
    public void Parse_OfWhatIsNoCall_GivesItsText(string format, string text)
    {
        var parsed = ParsedText.Of(NamedFormats.Find(format)!, text, s_context);

        Assert.Equal((text, 0), (parsed.Content, parsed.Calls.Count));
    }

    [Fact]
    public void Parse_OfATextThatSpellsAMark_WhereTheMarkIsAToken_IsNoCall()
    {
        const string Call = "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>";
        var tokenizer = new PieceTokenizer("<tool_call>", "</tool_call>");
        var spelled = Call.Select(character => tokenizer.Add([(byte)character])).ToList();

        var forged = ParsedText.Of(FormatParsers.New(NamedFormats.Find("hermes")!, tokenizer, s_context), tokenizer, spelled);
        var real = ParsedText.Of(FormatParsers.New(NamedFormats.Find("hermes")!, tokenizer, s_context), tokenizer, tokenizer.Cut(Call, () => 1));

        Assert.Equal((Call, 0), (forged.Content, forged.Calls.Count));
        Assert.Equal(("", 1), (real.Content, real.Calls.Count));
    }

    [Fact]
    public void Parse_WithoutTools_TakesCallsForText()
    {
        const string Call = "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>";

        Assert.Equal(Call, ParsedText.Of(NamedFormats.Find("hermes")!, Call).Content);
        Assert.Equal(Call, ParsedText.Of(NamedFormats.Find("hermes")!, Call, tokens: ["<tool_call>", "</tool_call>"]).Content);
    }

    [Theory]
    [InlineData("kimi_k2", "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:3<|tool_call_argument_begin|>{}<|tool_call_end|>", "functions.f:3")]
    [InlineData("cohere", "<|START_ACTION|>[{\"tool_name\": \"f\", \"parameters\": {}, \"tool_call_id\": 7}]", "7")]
    [InlineData("mistral", "[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{}", "abcdefghi")]
    public void Parse_OfACallWithAnId_KeepsIt(string format, string text, string id) =>
        Assert.Equal(id, Assert.Single(ParsedText.Of(NamedFormats.Find(format)!, text, s_context).Calls).Id);

    [Theory]
    [InlineData("<think>a</think>b", false, "a", "b")]
    [InlineData("\n <think>a</think>b", false, "a", "b")]
    [InlineData("</think>b", false, "", "b")]
    [InlineData("a</think>b", true, "a", "b")]
    [InlineData("<think>a</think>b", true, "a", "b")]
    [InlineData("a", true, "a", "")]
    [InlineData("b <think>c</think>", false, "", "b <think>c</think>")]
    [InlineData("<think>a</thin", false, "a</thin", "")]
    [InlineData("<<a", false, "", "<<a")]
    [InlineData("<<<a", false, "", "<<<a")]
    [InlineData("</<a>", false, "", "</<a>")]
    [InlineData("<<a", true, "<<a", "")]
    [InlineData("<<a</think>b", true, "<<a", "b")]
    [InlineData("<</think>b", true, "<", "b")]
    public void Parse_OfReasoning_SplitsItFromTheText(string text, bool isOpen, string reasoning, string content)
    {
        var parsed = ParsedText.Of(NamedFormats.Find("think")!, text, new ParserContext { ReasoningIsOpen = isOpen }, pieceLength: () => 1);

        Assert.Equal((reasoning, content), (parsed.Reasoning, parsed.Content));
    }

    [Fact]
    public void IsReasoning_OfAnAnswer_CountsTheTokensOfTheReasoning()
    {
        var parsed = ParsedText.Of(NamedFormats.Find("think")!, "<think>abc</think>de", tokens: ["<think>", "</think>"], pieceLength: () => 1);

        Assert.Equal(("abc", "de", 4), (parsed.Reasoning, parsed.Content, parsed.ReasoningTokens));    // the end's mark with it
    }

    [Fact]
    public void Parse_OfControlTokensThatAreNoMarks_LeavesThemOut() =>
        Assert.Equal("ab", ParsedText.Of(NamedFormats.Find("hermes")!, "a<|im_end|>b", s_context, ["<|im_end|>"]).Content);

    [Fact]
    public void Parse_OfTextBehindTheCalls_IsContent()
    {
        var parsed = ParsedText.Of(NamedFormats.Find("hermes")!, "a\n<tool_call>{\"name\": \"f\"}</tool_call>\nb\n", s_context);

        Assert.Equal(("a\n\nb\n", "f({})"), (parsed.Content, string.Join(" ", parsed.Calls)));
    }
}
