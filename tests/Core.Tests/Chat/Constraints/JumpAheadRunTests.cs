using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Chat.Constraints;
using Rill.Core.Tests.Serving;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Jumps save steps and change nothing: not a token, not a count, not where an answer is cut.</summary>
public sealed partial class JumpAheadRunTests
{
    private const string Places = """
        {"type":"array","minItems":2,"items":{"type":"object","additionalProperties":false,"required":["name","zone","depth"],"properties":{
          "name":{"type":"string","maxLength":3},"zone":{"enum":["river","riverbank",1]},"depth":{"type":"integer","minimum":0,"maximum":99}}}}
        """;

    private const string Answer = """{"name": "Po", "depth": 12, "wet": true}""";

    private static readonly WordTokenizer s_words = new(
        "name", "na", "\":", "\":\"", " \"", "\",", "river", "ver", "bank", "de", "pth", "th", "},", " {", "ab", "abc", "a\"", "1\"", "12", "zo");

    private static readonly ResponseFormat s_place = new(JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["name","depth","wet"],
         "properties":{"name":{"type":"string"},"depth":{"type":"integer"},"wet":{"type":"boolean"}}}
        """), IsStrict: true);

    [Theory]
    [InlineData(64, 0)]
    [InlineData(64, 1)]
    [InlineData(7, 2)]
    [InlineData(3, 3)]
    public void Run_OfRandomAnswers_GivesTheSameTokensInFewerSteps(int budget, int salt)
    {
        // The masks are made in a run before: so no sequence sits a step out, and the steps can be counted.
        var grammar = CompiledGrammar.OfSchema(JsonElement.Parse(Places), new TokenVocabulary(s_words, [WordTokenizer.End]));
        var (first, _) = Run(grammar, budget, salt, takesDrafts: true);
        var (plain, plainSteps) = Run(grammar, budget, salt, takesDrafts: false);
        var (jumping, jumpingSteps) = Run(grammar, budget, salt, takesDrafts: true);

        Assert.Equal(plain, first);
        Assert.Equal(plain, jumping);
        Assert.InRange(jumpingSteps, 1, budget == 3 ? plainSteps : plainSteps - 10);
    }

    [Fact]
    public async Task Answer_CutAtAnyTokenLimit_IsThatOfAPlainRun()
    {
        for (var maxTokens = 1; maxTokens <= Answer.Length + 1; maxTokens++)
        {
            await AssertSame(ChatWorld.Ask("x") with { ResponseFormat = s_place, MaxTokens = maxTokens });
        }
    }

    [Theory]
    [InlineData("me\"")]
    [InlineData("e\": ")]
    [InlineData("\"name\": \"P")]
    [InlineData("pth")]
    [InlineData("rue}")]
    public async Task Answer_WithAStopStringInForcedText_EndsBeforeItAsInAPlainRun(string stop)
        => Assert.DoesNotContain(stop, await AssertSame(ChatWorld.Ask("x") with { ResponseFormat = s_place, Stop = [stop] }), StringComparison.Ordinal);

    [Fact]
    public async Task Answer_WithLogprobs_HasThoseOfAPlainRun()
        => await AssertSame(ChatWorld.Ask("x") with { ResponseFormat = s_place, Logprobs = true, TopLogprobs = 2 });

    [Fact]
    public async Task Answer_WithARequiredTool_IsThatOfAPlainRun()
        => await AssertSame(ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("time", null)) with { ParallelToolCalls = false, EnableThinking = false });

    /// <summary>Asks a model that takes drafts and one that does not, and returns what both say.</summary>
    private static async Task<string> AssertSame(ChatCompletionRequest request)
    {
        var answers = new List<string>();
        var text = "";
        foreach (var takesDrafts in new[] { false, true })
        {
            await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = Answer, TakesDrafts = takesDrafts }, format: Formats.Qwen3);
            var answer = await world.AnswerAsync(request);
            var told = JsonSerializer.Serialize(answer with { Id = "", Created = 0 }, OpenAIJson.Default.ChatCompletion);
            answers.Add(CallId().Replace(told, "call_"));
            text = answer.Choices[0].Message.Content ?? "";
        }

        Assert.Equal(answers[0], answers[1]);
        return text;
    }

    /// <summary>The ids of calls, which are random.</summary>
    [GeneratedRegex("call_[0-9A-Za-z]+")]
    private static partial Regex CallId();

    private static (List<string> Texts, int Steps) Run(CompiledGrammar grammar, int budget, int salt, bool takesDrafts)
    {
        var world = new World(
            blocks: 400, context: 300, vocabulary: s_words.VocabularySize, options: new EngineOptions { TokenBudget = budget }, takesDrafts: takesDrafts);
        var sequences = Enumerable.Range(0, 3).Select(index => world.Add(new SequenceRequest([.. World.Prompt(2 + index, salt).Select(token => token % 90)])
        {
            Parameters = new SamplingParameters { MaxTokens = 90, EosTokenIds = [WordTokenizer.End], FrequencyPenalty = index },
            Constraint = new GrammarConstraint(grammar, new JumpAhead(s_words)),
        })).ToList();

        world.RunToEnd();

        return ([.. sequences.Select(sequence => $"{s_words.Decode(World.Completion(sequence))} {sequence.Finish}")], world.Runner.Steps);
    }
}
