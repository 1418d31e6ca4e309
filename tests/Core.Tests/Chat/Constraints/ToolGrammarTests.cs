using Rill.Chat.Format;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Answers that call tools, as each model writes calls.</summary>
public sealed class ToolGrammarTests
{
    private const string City = """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"],"additionalProperties":false}""";

    private static readonly ToolDefinition[] s_tools = [ConstraintWorld.Tool("weather", City, isStrict: true), ConstraintWorld.Tool("time", null)];

    public static TheoryData<string, string, bool> Calls => new()
    {
        { "qwen3", """<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>""", true },
        { "qwen3", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\", \"days\": 3}}\n</tool_call>\n<tool_call>\n{\"name\": \"time\", \"arguments\": {}}\n</tool_call>", true },
        { "qwen3", """<tool_call>{"name": "weather", "arguments": {"days": 3}}</tool_call>""", false },
        { "qwen3", """<tool_call>{"name": "other", "arguments": {}}</tool_call>""", false },
        { "qwen3", """<tool_call>{"name": "time", "arguments": {"zone": 1}}</tool_call>""", false },
        { "qwen3", """<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}""", false },
        { "qwen3", """{"name": "weather", "arguments": {"city": "Rome"}}""", false },
        { "qwen3", "Let me see.", false },
        { "llama", """{"name": "weather", "parameters": {"city": "Rome"}}""", true },
        { "llama", """{"name": "weather", "parameters": {"city": "Rome"}}{"name": "time", "parameters": {}}""", false },
        { "nemo", """[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Rome"}, "id": "a1b2c3d4e"}, {"id": "x", "name": "time", "arguments": {}}]""", true },
        { "nemo", """[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Rome"}}]""", false },
        { "small", """[TOOL_CALLS]weather[CALL_ID]a1b2c3d4e[ARGS]{"city": "Rome"}[TOOL_CALLS]time[CALL_ID]x[ARGS]{}""", true },
        { "small", """[TOOL_CALLS]weather[ARGS]{"city": "Rome"}""", false },
        { "kimi", """<|section_begin|><|call_begin|>functions.weather:0<|argument|>{"city": "Rome"}<|call_end|><|call_begin|>functions.time:1<|argument|>{}<|call_end|><|section_end|>""", true },
        { "kimi", """<|section_begin|><|call_begin|>functions.weather:0<|argument|>{"city": "Rome"}<|call_end|>""", false },
        { "coder", "<tool_call>\n<function=weather>\n<parameter=city>\nRome \"<b>\"\nand more\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>", true },
        { "coder", "<tool_call>\n<function=time>\n</function>\n</tool_call>", true },
        { "coder", "<tool_call>\n<function=weather>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>", false },
        { "coder", "<tool_call>\n<function=weather>\n<parameter=city>\nRome\n</parameter>\n<parameter=days>\nthree\n</parameter>\n</function>\n</tool_call>", false },
        { "apertus", """<|tools_prefix|>[{"weather": {"city": "Rome"}}, {"time": {}}]<|tools_suffix|>""", true },
        { "apertus", """<|tools_prefix|>[{"weather": {}}]<|tools_suffix|>""", false },
        { "text", """<call>{"function": {"name": "weather", "arguments": "{\"city\": \"R\\\"\\\\o\\nme\"}"}}</call>""", true },
        { "text", """<call>{"function": {"name": "weather", "arguments": "{\"town\": 1}"}}</call>""", false },
        { "text", """<call>{"function": {"name": "weather", "arguments": "{\"city\": \"R\""}}</call>""", false },
        { "gemma", """<|tool_call|>call:weather{city:<|"|>R"o\me é<|"|>,days:3}<|tool_call_end|>""", true },
        { "gemma", """<|tool_call|>call:time{}<|tool_call_end|>""", true },
        { "gemma", """<|tool_call|>call:weather{"city":<|"|>Rome<|"|>}<|tool_call_end|>""", false },
        { "gemma", """<|tool_call|>call:weather{days:3}<|tool_call_end|>""", false },
        { "gemma", """<|tool_call|>call:weather{city:"Rome"}<|tool_call_end|>""", false },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Required_OfEachFormat_AllowsCallsThatObeyTheSchemasAndNothingElse(string format, string text, bool isRight)
    {
        foreach (var world in Worlds(format))
        {
            if (isRight)
            {
                world.AssertAccepts(ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools), text);
            }
            else
            {
                world.AssertRefuses(ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools), text);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Auto_WithAStrictTool_HoldsCallsToTheirSchemasWithinFreeText(string format, string text, bool isRight)
    {
        // A tool that is not strict takes anything, and text alone is right.
        var isFree = text.Contains("zone", StringComparison.Ordinal) || text[0] == 'L' || (text[0] == '{' && format == "qwen3");
        foreach (var world in Worlds(format))
        {
            var request = ConstraintWorld.Ask(null, s_tools);
            if (isRight || isFree)
            {
                world.AssertAccepts(request, text);
                world.AssertAccepts(request, "Yes: é <b>.");
                if (format != "llama")
                {
                    world.AssertAccepts(request, $"I look.\n{text}");
                }
            }
            else
            {
                world.AssertRefuses(request, text);
            }
        }
    }

    [Fact]
    public void Required_WithOneCallAtMost_IsCompleteAfterIt()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<tool_call>", "</tool_call>");
        const string call = """<tool_call>{"name": "time", "arguments": {}}</tool_call>""";
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools);

        world.AssertAccepts(request, call + call);
        Assert.Equal(call.Length, world.Accepted(request with { ParallelToolCalls = false }, call + call));
        Assert.Equal(call.Length, world.Accepted(request with { ParallelToolCalls = false, ToolChoice = null }, call + call));
    }

    [Fact]
    public void Named_AllowsOneToolAlone()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(null, s_tools) with { ToolChoice = new(ToolChoiceMode.Named, "time") };

        world.AssertAccepts(request, """<tool_call>{"name": "time", "arguments": {}}</tool_call>""");
        world.AssertRefuses(request, """<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>""");
    }

    [Fact]
    public void Required_WhereAMarkIsAToken_AllowsThatTokenAloneAndNotItsText()
    {
        var world = new ConstraintWorld(Formats.Qwen3 with { Reasoning = null }, "<tool_call>", "</tool_call>");
        var constraint = world.New(ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools));
        var mask = new uint[9];

        constraint.FillMask(mask);

        Assert.Equal(['\n', ' ', 257], Enumerable.Range(0, mask.Length * 32).Where(token => (mask[token >> 5] >> token & 1) != 0));
        Assert.Equal(Rill.Serving.TokenAcceptance.Refused, constraint.Accept('<'));
    }

    [Fact]
    public void Of_WithAStrictToolThatCannotBeEnforced_NamesItAndTheKeyword()
    {
        var world = new ConstraintWorld(Formats.Qwen3);
        var tool = ConstraintWorld.Tool("f", """{"type":"object","properties":{"a":{"unevaluatedProperties":false}}}""", isStrict: true);

        var error = world.Of(ConstraintWorld.Ask(ToolChoiceMode.Auto, s_tools[0], tool)).Error!;

        Assert.Equal((400, "unsupported_parameter", "tools[1].function.parameters"), (error.Status, error.Code, error.Param));
        Assert.Contains("unevaluatedProperties", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WithAToolThatCannotBeEnforced_CountsTheToolsThatWereSent()
    {
        var world = new ConstraintWorld(Formats.Qwen3);
        var tool = ConstraintWorld.Tool("f", """{"type":"object","unevaluatedProperties":false}""", isStrict: true) with { SentIndex = 4 };

        Assert.Equal("tools[4].function.parameters", world.Of(ConstraintWorld.Ask(ToolChoiceMode.Auto, tool)).Error!.Param);
    }

    [Fact]
    public void Required_WithAToolThatIsNotStrictAndCannotBeEnforced_AllowsAnyObjectAndWarns()
    {
        var world = new ConstraintWorld(Formats.Qwen3);
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("f", """{"type":"object","unevaluatedProperties":false}"""));

        Assert.Contains("tools[0].function.parameters is not enforced", world.Of(request).Warning, StringComparison.Ordinal);
        world.AssertAccepts(request, """<tool_call>{"name": "f", "arguments": {"a": [1]}}</tool_call>""");
        world.AssertRefuses(request, """<tool_call>{"name": "f", "arguments": [1]}</tool_call>""");
    }

    [Fact]
    public void Auto_WithoutAStrictTool_LimitsNothing()
    {
        var world = new ConstraintWorld(Formats.Qwen3);

        Assert.Equal((null, null, null), world.Of(ConstraintWorld.Ask(ToolChoiceMode.Auto, s_tools[1])));
        Assert.Equal((null, null, null), world.Of(ConstraintWorld.Ask(ToolChoiceMode.None, s_tools)));
    }

    [Fact]
    public void Required_OfAModelWhoseCallsNobodyKnows_IsRefused()
    {
        Assert.Equal("tool_choice", new ConstraintWorld(null).Of(ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools)).Error!.Param);
    }

    [Fact]
    public void Required_OfAModelWhoseArgumentsHaveNoMarks_IsRefusedByName()
    {
        var lax = new MessageFormat
        {
            Source = "test",
            Tools = new() { SectionStart = "[", SectionEnd = "]", Call = [new(CallPartKind.Arguments)], Arguments = new(ArgumentKind.Lax) },
        };

        var error = new ConstraintWorld(lax).Of(ConstraintWorld.Ask(ToolChoiceMode.Required, s_tools[1])).Error!;

        Assert.Equal((400, "tool_choice"), (error.Status, error.Param));
        Assert.Contains("Lax", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_WithAFormOfTheText_AllowsCallsOrThatText()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(null, s_tools) with { ResponseFormat = new(null, IsStrict: true) };

        world.AssertAccepts(request, """<tool_call>{"name": "time", "arguments": {}}</tool_call>""");
        world.AssertAccepts(request, """{"a": 1}""");
        world.AssertRefuses(request, "text");
        world.AssertRefuses(request, """{"a": 1}<tool_call>""");
    }

    private static IEnumerable<ConstraintWorld> Worlds(string format) => format switch
    {
        "qwen3" => [new(Formats.Qwen3), new(Formats.Qwen3, "<tool_call>", "</tool_call>")],
        "llama" => [new(Formats.Llama)],
        "nemo" => [new(Formats.MistralNemo), new(Formats.MistralNemo, "[TOOL_CALLS]")],
        "small" => [new(Formats.MistralSmall), new(Formats.MistralSmall, "[TOOL_CALLS]", "[CALL_ID]", "[ARGS]")],
        "kimi" => [new(Formats.Kimi), new(Formats.Kimi, "<|section_begin|>", "<|section_end|>", "<|call_begin|>", "<|call_end|>", "<|argument|>")],
        "coder" => [new(Formats.Qwen3Coder), new(Formats.Qwen3Coder, "<tool_call>", "</tool_call>")],
        "apertus" => [new(Formats.Apertus), new(Formats.Apertus, "<|tools_prefix|>", "<|tools_suffix|>")],
        "text" => [new(Formats.Text)],
        _ => [new(Formats.Gemma, "<|tool_call|>", "<|tool_call_end|>", "<|\"|>")],
    };
}
