using System.Text.Json;
using Rill.Chat;
using Rill.Chat.Constraints;
using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>What answers the constraints of a model allow.</summary>
internal sealed class ConstraintWorld(MessageFormat? format, params string[] marks)
{
    private readonly MarkedTokenizer _tokenizer = new(marks);

    private AnswerConstraints Constraints => field ??= new(
        new ChatModel
        {
            Id = "m", Created = 1, Fingerprint = "fp", Tokenizer = _tokenizer, Template = ChatTemplate.Parse("x", "test"),
            EosTokenIds = [MarkedTokenizer.End], Format = format,
        },
        new GrammarLimits());

    public ITokenizer Tokenizer => _tokenizer;

    public static ToolDefinition Tool(string name, string? schema, bool isStrict = false) =>
        new(name, schema is null ? null : JsonElement.Parse(schema), isStrict);

    public static ChatCompletionRequest Ask(ToolChoiceMode? mode, params ToolDefinition[] tools) => new()
    {
        Messages = [new ChatMessage("user", new MessageContent("x"))], Functions = tools, ToolChoice = mode is { } choice ? new(choice) : null,
    };

    public (Func<ITokenConstraint>? New, string? Warning, ApiError? Error) Of(GenerationRequest request, bool promptOpensReasoning = false) =>
        Constraints.Of(request, promptOpensReasoning);

    public IReadOnlyList<int> Encode(string text) => _tokenizer.Encode(PromptText.OfTemplate(text));

    public string TextOf(int token) => System.Text.Encoding.UTF8.GetString(_tokenizer.GetBytes(token));

    public ITokenConstraint New(GenerationRequest request, bool promptOpensReasoning = false)
    {
        var (make, _, error) = Of(request, promptOpensReasoning);
        Assert.Null(error);
        return make!();
    }

    /// <summary>How much of a text, marks in it as tokens, may be written; all of it and -1 when it may also end there.</summary>
    public int Accepted(GenerationRequest request, string text, bool promptOpensReasoning = false)
    {
        var constraint = New(request, promptOpensReasoning);
        var (mask, read) = (new uint[(_tokenizer.VocabularySize + 31) / 32], 0);
        foreach (var token in Encode(text))
        {
            var isAllowed = !constraint.FillMask(mask) || (mask[token >> 5] >> token & 1) != 0;
            var acceptance = constraint.Accept(token);
            Assert.Equal(isAllowed, acceptance != TokenAcceptance.Refused);
            if (!isAllowed)
            {
                return read;
            }

            read += token < MarkedTokenizer.End ? 1 : _tokenizer.GetBytes(token).Length;
            if (acceptance == TokenAcceptance.Completed)
            {
                return read == text.Length ? -1 : read;
            }
        }

        var mayEnd = !constraint.FillMask(mask) || (mask[MarkedTokenizer.End >> 5] >> MarkedTokenizer.End & 1) != 0;
        Assert.Equal(mayEnd, constraint.Accept(MarkedTokenizer.End) == TokenAcceptance.Completed);
        return mayEnd ? -1 : read;
    }

    public void AssertAccepts(GenerationRequest request, string text, bool promptOpensReasoning = false) =>
        Assert.True(Accepted(request, text, promptOpensReasoning) is var read && read < 0, $"Stopped at {read}: {text}");

    public void AssertRefuses(GenerationRequest request, string text, bool promptOpensReasoning = false) =>
        Assert.True(Accepted(request, text, promptOpensReasoning) >= 0, $"Accepted: {text}");
}
