using System.Text.Json;
using Rill.Chat.Constraints;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Forced text is guessed in the tokens that a model writes it in.</summary>
public sealed class JumpAheadTests
{
    private const string Place = """
        {"type":"object","additionalProperties":false,"required":["name","age"],"properties":{
          "name":{"type":"string"},"age":{"type":"integer"},"kind":{"enum":["river","riverbank"]}}}
        """;

    private const string City = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    private static readonly WordTokenizer s_words = new("name", "\":", "\":\"", " \"", "\",", "true", "\"na");

    [Fact]
    public void Draft_OfAName_LeavesOutTheTokenThatDependsOnWhatFollows()
        => Assert.Equal("name", Drafts(Place, "{", "\""));

    [Fact]
    public void Draft_AfterSuchATokenWasRight_GuessesTheNextOneToo()
        => Assert.Equal("age\":", Drafts(Place, "{", "\"", "name", "\":", " \"", "a", "\",", " \""));

    [Fact]
    public void Draft_AfterSuchATokenWasWrong_LeavesTheNextOneOut()
        => Assert.Equal("age", Drafts(Place, "{", "\"", "name", "\":\"", "a", "\",", " \""));

    [Fact]
    public void Draft_UpToTheEndOfTheAnswer_LeavesNothingOut()
        => Assert.Equal("rue", Drafts("""{"type":"boolean"}""", "t"));

    [Fact]
    public void Draft_WhereTheTokenizerWouldHaveCutElsewhere_SpellsTheRestAlone()
    {
        Assert.Equal(["{", "\"na", "m"], s_words.Encode("{\"nam").Select(token => s_words.Decode([token])));    // no cut before the n

        Assert.Equal("name", Drafts(Place, "{", "\""));
    }

    [Fact]
    public void Draft_WithLittleRoom_GuessesTheBeginning()
        => Assert.Equal("ag", Drafts(Place, room: 2, "{", "\"", "name", "\":", " \"", "a", "\",", " \""));

    [Fact]
    public void Draft_OfACharacterThatIsOnlyBegun_IsNothing()
    {
        var constraint = Constraint("""{"enum":["é","è"]}""", new ByteTokenizer(), ByteTokenizer.EndOfText);
        Assert.Equal(TokenAcceptance.Accepted, constraint.Accept('"'));

        Assert.Equal(0, constraint.Draft(['"'], new int[8]));
    }

    [Fact]
    public void Draft_OfARequiredCall_IsItsFraming()
    {
        var world = new ConstraintWorld(Formats.Qwen3 with { Reasoning = null }, "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("weather", City, isStrict: true), ConstraintWorld.Tool("time", null));

        Assert.Equal("\"name\"", Drafts(world, request, "<tool_call>\n{"));
        Assert.Equal("eather\"", Drafts(world, request, "<tool_call>\n{\"name\": \"w"));
        Assert.Equal("\"arguments\"", Drafts(world, request, "<tool_call>\n{\"name\": \"weather\", "));
        Assert.Equal("", Drafts(world, request, "<tool_call>\n"));
        Assert.Equal("", Drafts(world, request, "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"R"));
    }

    [Fact]
    public void Draft_OfACallWithMarks_GoesOnOverThem()
    {
        var world = new ConstraintWorld(Formats.Gemma, "<|tool_call|>", "<|tool_call_end|>", "<|\"|>");
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("weather", City, isStrict: true));

        Assert.Equal("call:weather{city:<|\"|>", Drafts(world, request, "<|tool_call|>"));
    }

    [Fact]
    public void Draft_InFreeTextAndReasoning_IsNothing()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>", "<tool_call>", "</tool_call>");
        var request = ConstraintWorld.Ask(null, ConstraintWorld.Tool("weather", City, isStrict: true));

        Assert.Equal("", Drafts(world, request, "Let me see"));
        Assert.Equal("", Drafts(world, request, "<think>Let me see"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab</th")]
    public void Draft_OfReasoningWhoseBudgetIsSpent_IsTheRestOfItsEnd(string said)
    {
        var world = new ConstraintWorld(Formats.Qwen3);
        var request = ConstraintWorld.Ask(null) with { ThinkingBudget = said.Length == 0 ? 0 : 2 };

        Assert.Equal("</think>"[Math.Max(0, said.Length - 2)..], Drafts(world, request, said, open: true));
    }

    [SkippableTheory]
    [InlineData("rill-mini")]
    [InlineData("qwen3")]
    [InlineData("llama-3")]
    [InlineData("phi-3")]
    [InlineData("mistral-v3")]
    [InlineData("gpt-2")]
    public void Draft_AlongATextOfATokenizer_IsWhatTheTokenizerSays(string name)
    {
        var tokenizer = HuggingFaceTokenizer.Load(name == "rill-mini"
            ? Path.Combine(Vectors.RepositoryRoot(), "models", name)
            : Vectors.Path("tokenizers", name));
        var end = Enumerable.Range(0, tokenizer.VocabularySize).First(tokenizer.IsSpecial);
        var constraint = Constraint("""
            {"type":"object","additionalProperties":false,"required":["departure_station","temperature","is_available","kind"],"properties":{
              "departure_station":{"type":"string"},"temperature":{"type":"number"},"is_available":{"type":"boolean"},"kind":{"enum":["mountain","river"]}}}
            """, tokenizer, end);
        var tokens = tokenizer.Encode(PromptText.OfRequest("""{"departure_station": "Roma", "temperature": 21.5, "is_available": true, "kind": "mountain"}""")).ToArray();
        var (right, wrong, drafts) = (0, 0, new int[32]);
        for (var at = 0; at < tokens.Length; at++)
        {
            var drafted = drafts.AsSpan(0, constraint.Draft(tokens.AsSpan(0, at), drafts));
            var common = drafted.CommonPrefixLength(tokens.AsSpan(at));
            (right, wrong) = (right + common, wrong + drafted.Length - common);
            for (var accepted = 0; accepted <= common && at + accepted < tokens.Length; accepted++)
            {
                Assert.NotEqual(TokenAcceptance.Refused, constraint.Accept(tokens[at + accepted]));
            }

            at += common;
        }

        Assert.InRange(right, 8, tokens.Length);
        Assert.InRange(wrong, 0, 1);
    }

    private static string Drafts(string schema, params string[] said) => Drafts(schema, 32, said);

    /// <summary>What is guessed at the end of an answer, a guess after each of its tokens.</summary>
    private static string Drafts(string schema, int room, params string[] said)
    {
        var constraint = Constraint(schema, s_words, WordTokenizer.End);
        var (tokens, drafts, count) = (new List<int>(), new int[room], 0);
        foreach (var token in said)
        {
            tokens.Add(Assert.Single(s_words.Encode(token)));
            Assert.Equal(TokenAcceptance.Accepted, constraint.Accept(tokens[^1]));
            count = constraint.Draft(tokens.ToArray(), drafts);
        }

        return s_words.Decode(drafts[..count]);
    }

    private static string Drafts(ConstraintWorld world, ChatCompletionRequest request, string said, bool open = false)
    {
        var (constraint, drafts, tokens) = (world.New(request, open), new int[64], world.Encode(said).ToArray());
        Assert.All(tokens, token => Assert.NotEqual(TokenAcceptance.Refused, constraint.Accept(token)));
        var count = constraint.Draft(tokens, drafts);
        return string.Concat(drafts[..count].Select(world.TextOf));
    }

    private static GrammarConstraint Constraint(string schema, ITokenizer tokenizer, int end) =>
        new(CompiledGrammar.OfSchema(JsonElement.Parse(schema), new TokenVocabulary(tokenizer, [end])), new JumpAhead(tokenizer));
}
