using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;

namespace Rill.TrainModel.Evaluation;

/// <summary>
/// What the model can do, measured on conversations that no training saw, whose names, places and things are all held out. An answer's
/// values count as right where the model would write them at temperature 0 with the text around them as it should be.
/// </summary>
internal sealed partial class Exam
{
    private const int Questions = 150;
    private const int LongQuestions = 30;
    private const int LongCharacters = 4_600;    // about 1,500 tokens

    private readonly AnswerProbe _probe;
    private readonly Sampler _sampler;
    private readonly CorpusGenerator _generator;
    private readonly BytePairTokenizer _tokenizer;
    private readonly Regex _heldOut;
    private readonly int _maxTokens;
    private readonly List<ExamMark> _marks = [];

    /// <summary>Prepares the questions of a seed.</summary>
    public Exam(MiniModel model, BytePairTokenizer tokenizer, int seed)
    {
        (_tokenizer, _probe, _sampler, _generator) = (tokenizer, new AnswerProbe(model, tokenizer), new Sampler(model, tokenizer), new CorpusGenerator(seed, forExam: true));
        _maxTokens = model.Shape.MaxPositions;
        _heldOut = new Regex($@"\w*(?:{string.Join('|', _generator.HeldOutSubjects.Concat(_generator.HeldOutWords))})\w*|[\d.:-]*\d", RegexOptions.IgnoreCase);
    }

    /// <summary>Sits the exam: all marks, in the order of the card.</summary>
    public IReadOnlyList<ExamMark> Sit()
    {
        for (var i = 0; i < Questions; i++)
        {
            AskWithTools(_generator.NextWithTools());
            AskForJson(_generator.NextJson());
            AskToCopy(_generator.NextCopy());
            AskToThink(_generator.NextPuzzle());
        }

        for (var i = 0; i < LongQuestions; i++)
        {
            AskAboutTheBeginning(_generator.NextLong(LongCharacters));
        }

        return _marks;
    }

    /// <summary>Answers of its own, each asked for with thinking and without: whether a closed thought comes just where it was asked for.</summary>
    public ExamMark ThinkWhenAsked(int questions)
    {
        var mark = new ExamMark("a thought exactly where one is asked for");
        for (var i = 0; i < questions; i++)
        {
            var asked = new Conversation([_generator.NextPuzzle().Turns[0]]) { Thinks = i % 2 == 0 };
            var answer = _sampler.Answer(asked, temperature: 0, maxTokens: 120);
            var closes = answer.Split("\n</think>\n\n") is [{ Length: > 0 }, { Length: > 0 }];
            mark.Add(asked.Thinks ? closes : !answer.Contains("think>", StringComparison.Ordinal));
        }

        return mark;
    }

    private void AskWithTools(Conversation conversation)
    {
        for (var i = 1; i < conversation.Turns.Count; i++)
        {
            var turn = conversation.Turns[i];
            if (turn.Role != Role.Assistant)
            {
                continue;
            }

            var answer = _probe.Probe(conversation, i);
            if (conversation.Turns[i - 1].Role == Role.Tool)
            {
                Mark("an answer's values taken from the result").Add(HasHeldOut(answer, turn.Text));
                continue;
            }

            var calls = turn.Text.StartsWith(ChatMarkup.ToolCall, StringComparison.Ordinal);
            Mark("a call where a tool fits, none where none does").Add(calls == (answer.Opening == ChatMarkup.ToolCall));
            if (calls)
            {
                MarkCalls(answer, turn.Text);
            }
        }
    }

    private void MarkCalls(ProbedAnswer answer, string markup)
    {
        var offset = 0;
        foreach (Match call in Call().Matches(markup))
        {
            using var document = JsonDocument.Parse(call.Groups[1].Value);
            var right = answer.Has(JsonText.Quote(document.RootElement.GetProperty("name").GetString()!), ref offset);
            Mark("the right tool").Add(right);
            Mark("all arguments exact").Add(Leaves(document.RootElement.GetProperty("arguments")).All(leaf => answer.Has(leaf, ref offset)));
        }
    }

    private void AskForJson(Conversation conversation)
    {
        var text = conversation.Turns[^1].Text;
        using var document = JsonDocument.Parse(text);
        var answer = _probe.Probe(conversation, conversation.Turns.Count - 1);
        var offset = 0;
        foreach (var leaf in Leaves(document.RootElement))
        {
            Mark("a value of a JSON answer exact, its key given").Add(answer.Has(leaf, ref offset));
        }
    }

    private void AskToCopy(Conversation conversation) =>
        Mark("a text said again exactly").Add(_probe.Probe(conversation, conversation.Turns.Count - 1).IsRight);

    private void AskToThink(Conversation conversation) =>
        Mark(conversation.Thinks ? "a puzzle's answer right, after its thought" : "a puzzle's answer right, without thinking")
            .Add(HasHeldOut(_probe.Probe(conversation, 1), conversation.Turns[1].Text));

    private void AskAboutTheBeginning(Conversation conversation)
    {
        var tokens = ChatMarkup.Render(conversation).Sum(piece => _tokenizer.Encode(piece.Text).Count);
        if (tokens < _maxTokens)
        {
            Mark("a fact found again after about 1,500 tokens").Add(HasHeldOut(_probe.Probe(conversation, conversation.Turns.Count - 1), conversation.Turns[^1].Text));
        }
    }

    private bool HasHeldOut(ProbedAnswer answer, string text)
    {
        var offset = 0;
        return _heldOut.Matches(text).All(word => answer.Has(word.Value, ref offset));
    }

    private ExamMark Mark(string question)
    {
        var mark = _marks.Find(known => known.Question == question);
        if (mark is null)
        {
            _marks.Add(mark = new ExamMark(question));
        }

        return mark;
    }

    /// <summary>The values in JSON that hold no others, as they are written.</summary>
    private static IEnumerable<string> Leaves(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Leaves(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Leaves),
        _ => [element.GetRawText()],
    };

    [GeneratedRegex(@"<tool_call>\n(.*)\n</tool_call>")]
    private static partial Regex Call();
}
