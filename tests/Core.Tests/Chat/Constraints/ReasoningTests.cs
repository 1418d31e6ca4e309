using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Reasoning is free, as long as its budget lasts; what follows it is not.</summary>
public sealed class ReasoningTests
{
    private const string Called = """<tool_call>{"name": "time", "arguments": {}}</tool_call>""";

    private static readonly ChatCompletionRequest s_json = ConstraintWorld.Ask(null) with { ResponseFormat = new(null, IsStrict: true) };
    private static readonly ChatCompletionRequest s_plain = ConstraintWorld.Ask(null);

    public static TheoryData<string[]> Marks => [["<think>", "</think>"], []];

    [Theory]
    [MemberData(nameof(Marks))]
    public void Reasoning_BeforeAForm_IsFreeAndTheFormFollowsItsEnd(string[] marks)
    {
        var world = new ConstraintWorld(Formats.Qwen3, marks);

        world.AssertAccepts(s_json, "<think>\nAny <b> {text}, <tool_call> too\n</think>\n\n{\"a\": 1}");
        world.AssertAccepts(s_json, "{\"a\": 1}");
        world.AssertAccepts(s_json, "Any </thin </think>{}", promptOpensReasoning: true);
        world.AssertRefuses(s_json, "Any", promptOpensReasoning: true);
        world.AssertRefuses(s_json, "<think>Any", promptOpensReasoning: false);
        world.AssertRefuses(s_json, "<think>Any</think>text");
        world.AssertRefuses(s_json, "Any</think>{}");
    }

    [Fact]
    public void Reasoning_ThatIsTurnedOff_IsNotBegun()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>");

        world.AssertRefuses(s_json with { EnableThinking = false }, "<think>a</think>{}");
        world.AssertRefuses(s_json with { ReasoningEffort = "none" }, "<think>a</think>{}");
        world.AssertAccepts(s_json with { ReasoningEffort = "none" }, "{}");
        world.AssertAccepts(s_json with { ReasoningEffort = "low" }, "<think>a</think>{}");
    }

    [Fact]
    public void Reasoning_WhereAMarkIsAToken_IsNotEndedByItsText()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>");
        var constraint = world.New(s_json, promptOpensReasoning: true);

        Assert.All("</think> it says", letter => Assert.Equal(TokenAcceptance.Accepted, constraint.Accept(letter)));
    }

    [Theory]
    [InlineData(ToolChoiceMode.Required)]
    [InlineData(ToolChoiceMode.Auto)]
    public void Reasoning_BeforeCalls_MayTellOfThem(ToolChoiceMode choice)
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>", "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(choice, ConstraintWorld.Tool("time", null, isStrict: true));

        world.AssertAccepts(request, $"<think>I could <tool_call>[1</think>\n\n{Called}");
        world.AssertAccepts(request, $"I could <tool_call>[1</think>{Called}", promptOpensReasoning: true);
    }

    [Theory]
    [MemberData(nameof(Marks))]
    public void Budget_OfReasoning_ForcesItsEnd(string[] marks)
    {
        var world = new ConstraintWorld(Formats.Qwen3, marks);

        Assert.Equal("abc</think>de", Say(world, s_plain with { ThinkingBudget = 3 }, "abcde", open: true));
        Assert.Equal("</think>abcde", Say(world, s_plain with { ThinkingBudget = 0 }, "abcde", open: true));
        Assert.Equal("<think>ab</think>cde", Say(world, s_plain with { ThinkingBudget = 2 }, "<think>abcde", open: false));
        Assert.Equal("abcde", Say(world, s_plain with { ThinkingBudget = 2 }, "abcde", open: false));
        Assert.Equal("abc</think>{}", Say(world, s_json with { ThinkingBudget = 3 }, "abc{}", open: true));
        Assert.Equal("a</think>{}", Say(world, s_json with { ThinkingBudget = 30 }, "a</think>{}", open: true));
    }

    [Fact]
    public void Budget_WithoutAForm_LetsTheModelBreakOff()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>");

        world.AssertAccepts(s_plain with { ThinkingBudget = 30 }, "Some thoughts", promptOpensReasoning: true);
        Assert.False(world.New(s_plain with { ThinkingBudget = 30 }, promptOpensReasoning: true).FillMask(new uint[9]));
        Assert.Null(new ConstraintWorld(null).Of(s_plain with { ThinkingBudget = 30 }).New);
    }

    [Fact]
    public void RollBack_AtRandom_LeavesTheConstraintAsItWas()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>", "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("time", null)) with { ThinkingBudget = 12 };
        var random = new Random(5);
        for (var walk = 0; walk < 200; walk++)
        {
            var (constraint, kept) = (world.New(request), new List<int>());
            for (var step = 0; step < 80; step++)
            {
                if (kept.Count > 0 && random.Next(4) == 0)
                {
                    var count = random.Next(kept.Count) + 1;
                    constraint.RollBack(count);
                    kept.RemoveRange(kept.Count - count, count);
                }

                var allowed = Allowed(constraint);
                Assert.Equal(Allowed(Replayed(world, request, kept)), allowed);
                if (allowed.Count == 0)
                {
                    continue;
                }

                var token = random.Next(3) == 0 ? allowed[^1] : allowed[random.Next(allowed.Count)];
                Assert.NotEqual(TokenAcceptance.Refused, constraint.Accept(token));
                kept.Add(token);
                if (token == MarkedTokenizer.End)
                {
                    break;
                }
            }
        }
    }

    private static ITokenConstraint Replayed(ConstraintWorld world, ChatCompletionRequest request, List<int> tokens)
    {
        var constraint = world.New(request);
        tokens.ForEach(token => constraint.Accept(token));
        return constraint;
    }

    private static List<int> Allowed(ITokenConstraint constraint)
    {
        var mask = new uint[9];
        Assert.True(constraint.FillMask(mask));
        return [.. Enumerable.Range(0, mask.Length * 32).Where(token => (mask[token >> 5] >> token & 1) != 0)];
    }

    /// <summary>What a model says that wants to say a text: where that is not allowed it says the only thing that is.</summary>
    private static string Say(ConstraintWorld world, ChatCompletionRequest request, string wish, bool open)
    {
        var (constraint, said, mask) = (world.New(request, open), "", new uint[9]);
        for (var tokens = new Queue<int>(world.Encode(wish)); tokens.TryPeek(out var token);)
        {
            if (!constraint.FillMask(mask) || (mask[token >> 5] >> token & 1) != 0)
            {
                tokens.Dequeue();
            }
            else
            {
                token = Enumerable.Range(0, mask.Length * 32).Single(id => (mask[id >> 5] >> id & 1) != 0);
            }

            Assert.NotEqual(TokenAcceptance.Refused, constraint.Accept(token));
            said += world.TextOf(token);
        }

        return said;
    }
}
