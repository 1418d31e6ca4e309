using System.Text.Json;
using Rill.Text;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>
/// Rill renders the committed template, and the one that the trainer gives to the next model, as the trainer writes conversations.
/// </summary>
public sealed class CommittedTemplateTests
{
    private const string Committed = "committed", Trainers = "trainer's";

    [Theory]
    [InlineData(Committed)]
    [InlineData(Trainers)]
    public void Render_OfCorpusConversations_WritesWhatTheModelLearned(string template)
    {
        var conversations = Draw(thinks: false);
        Assert.True(conversations.Count(conversation => conversation.Tools.Count > 0) > 10);
        AssertWritten(conversations, template);
    }

    [SkippableTheory]
    [InlineData(Committed)]
    [InlineData(Trainers)]
    public void Render_OfCorpusConversationsWithThoughts_WritesWhatTheModelLearned(string template)
    {
        SkipWhereOld(template);
        var conversations = Draw(thinks: true);
        Assert.True(conversations.Count > 10);
        AssertWritten(conversations, template);
    }

    [Theory]
    [InlineData(Committed)]
    [InlineData(Trainers)]
    public void Render_WithGenerationPrompt_OpensTheAssistantsTurn(string template) =>
        Assert.Equal(
            "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
            Render(new Conversation([Turn.User("Hello")]), template, addGenerationPrompt: true));

    [SkippableTheory]
    [InlineData(Committed)]
    [InlineData(Trainers)]
    public void Render_WithThinking_OpensTheThought(string template)
    {
        SkipWhereOld(template);
        Assert.EndsWith(
            "<|im_start|>assistant\n<think>\n",
            Render(new Conversation([Turn.User("Hello")]) { Thinks = true }, template, addGenerationPrompt: true),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Committed)]
    [InlineData(Trainers)]
    public void Render_OfAnEarlierAnswersThought_LeavesItOut(string template) =>
        Assert.DoesNotContain(
            "<think>",
            Render(new Conversation([Turn.User("1"), Turn.Assistant("one", "easy"), Turn.User("2")]) { Thinks = true }, template, addGenerationPrompt: false),
            StringComparison.Ordinal);

    private static void SkipWhereOld(string template)
    {
        if (template == Committed)
        {
            ModelFolder.SkipBeforeThoughts();
        }
    }

    private static List<Conversation> Draw(bool thinks)
    {
        var generator = new CorpusGenerator(21);
        return [.. Enumerable.Range(0, 400).Select(_ => generator.Next()).Where(conversation => conversation.Thinks == thinks)];
    }

    private static void AssertWritten(IEnumerable<Conversation> conversations, string template) => Assert.All(conversations, conversation =>
        Assert.Equal(string.Concat(ChatMarkup.Render(conversation).Select(piece => piece.Text)), Render(conversation, template, addGenerationPrompt: false)));

    private static ChatTemplate Load(string template) => ChatTemplate.Parse(
        template == Committed ? File.ReadAllText(ModelFolder.File("chat_template.jinja")) : ModelDirectory.ReadTemplate(), "chat_template.jinja");

    private static string Render(Conversation conversation, string template, bool addGenerationPrompt) => Load(template).Render(new Dictionary<string, object?>
    {
        ["messages"] = conversation.Turns.Select(turn => Message(turn, conversation.Thinks)).ToList(),
        ["enable_thinking"] = conversation.Thinks,
        ["tools"] = conversation.Tools.Count == 0 ? null : conversation.Tools.Select(tool => (object?)Parse(tool)).ToList(),
        ["add_generation_prompt"] = addGenerationPrompt,
    }).ToString();

    private static Dictionary<string, object?> Message(Turn turn, bool thinks)
    {
        var message = new Dictionary<string, object?> { ["role"] = turn.Role.ToString().ToLowerInvariant(), ["content"] = new RequestText(turn.Text) };
        if (turn.Text.StartsWith(ChatMarkup.ToolCall, StringComparison.Ordinal))
        {
            message["content"] = null;
            message["tool_calls"] = turn.Text.Split('\n').Where(line => line[0] == '{')
                .Select(call => (object?)new Dictionary<string, object?> { ["type"] = "function", ["function"] = Parse(call) }).ToList();
        }

        if (thinks && turn.Thought.Length > 0)
        {
            message["reasoning_content"] = new RequestText(turn.Thought);
        }

        return message;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
