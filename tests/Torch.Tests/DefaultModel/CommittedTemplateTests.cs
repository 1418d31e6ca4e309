using System.Text.Json;
using Rill.Text;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Rill renders the committed template as the trainer writes conversations.</summary>
public sealed class CommittedTemplateTests
{
    private static readonly ChatTemplate s_template = ChatTemplate.Parse(File.ReadAllText(ModelFolder.File("chat_template.jinja")), "chat_template.jinja");

    [Fact]
    public void Template_OfTheCommittedModel_IsTheTrainers() =>
        Assert.Equal(ModelDirectory.ReadTemplate(), File.ReadAllText(ModelFolder.File("chat_template.jinja")));

    [Fact]
    public void Render_OfCorpusConversations_WritesWhatTheModelLearned()
    {
        var conversations = Draw(thinks: false);
        Assert.True(conversations.Count(conversation => conversation.Tools.Count > 0) > 10);
        AssertWritten(conversations);
    }

    [Fact]
    public void Render_OfCorpusConversationsWithThoughts_WritesWhatTheModelLearned()
    {
        var conversations = Draw(thinks: true);
        Assert.True(conversations.Count > 10);
        AssertWritten(conversations);
    }

    [Fact]
    public void Render_WithGenerationPrompt_OpensTheAssistantsTurn() =>
        Assert.Equal(
            "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
            Render(new Conversation([Turn.User("Hello")]), addGenerationPrompt: true));

    [Fact]
    public void Render_WithThinking_OpensTheThought()
    {
        Assert.EndsWith(
            "<|im_start|>assistant\n<think>\n",
            Render(new Conversation([Turn.User("Hello")]) { Thinks = true }, addGenerationPrompt: true),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OfAnEarlierAnswersThought_LeavesItOut() =>
        Assert.DoesNotContain(
            "<think>",
            Render(new Conversation([Turn.User("1"), Turn.Assistant("one", "easy"), Turn.User("2")]) { Thinks = true }, addGenerationPrompt: false),
            StringComparison.Ordinal);

    private static List<Conversation> Draw(bool thinks)
    {
        var generator = new CorpusGenerator(21);
        return [.. Enumerable.Range(0, 400).Select(_ => generator.Next()).Where(conversation => conversation.Thinks == thinks)];
    }

    private static void AssertWritten(IEnumerable<Conversation> conversations) => Assert.All(conversations, conversation =>
        Assert.Equal(string.Concat(ChatMarkup.Render(conversation).Select(piece => piece.Text)), Render(conversation, addGenerationPrompt: false)));

    private static string Render(Conversation conversation, bool addGenerationPrompt) => s_template.Render(new Dictionary<string, object?>
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
