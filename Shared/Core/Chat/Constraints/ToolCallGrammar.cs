using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>Writes the grammar of a model's tool calls, as its format writes them.</summary>
/// <param name="format">How the model writes calls.</param>
/// <param name="marks">Spells its marks.</param>
/// <param name="arguments">Reads the tools' schemas.</param>
/// <param name="tools">The tools, each with its place in the request.</param>
/// <param name="isParallel">False for one call at most.</param>
internal sealed class ToolCallGrammar(
    ToolFormat format, ModelMarks marks, ToolArguments arguments, IReadOnlyList<(int Index, ToolDefinition Tool)> tools, bool isParallel)
{
    // What models write between marks is a line end or two.
    private const int MostBlanks = 2;

    private readonly CallBody _body = new(format, marks, arguments, tools);

    private bool IsParallel => isParallel && format.Parallel;

    /// <summary>One call, or several where that is allowed, and nothing else.</summary>
    public ProgramMachine Calls()
    {
        var program = new AnswerProgram().Gap(MostBlanks).Literal(marks.Of(format.SectionStart)).Gap(MostBlanks).Literal(marks.Of(format.Open));
        return Rest(program, _body.Rule()).Build();
    }

    /// <summary>Free text in which calls may stand.</summary>
    public IReadOnlyList<Machine> TextAndCalls()
    {
        var opener = marks.Of(Opener());
        if (opener.Length == 0)
        {
            // A call has no mark of its own: what begins like one is one.
            return [Calls(), new FreeTextMachine(default) { RefusedFirst = (byte)'{' }];
        }

        var program = new AnswerProgram();
        program.Optional(call =>
        {
            call.Value(new FreeTextMachine(opener) { EndsAtMark = true });
            AfterOpener(call);
            _ = IsParallel ? call.Jump(0) : call.Finish();
        });
        return [program.Value(new FreeTextMachine(opener)).Build()];
    }

    /// <summary>What a call begins with, by which it is told from text.</summary>
    private string Opener() => format.SectionStart.Length > 0 ? format.SectionStart
        : format.Open.Length > 0 ? format.Open
        : format.Call is [{ Kind: CallPartKind.Literal, Text: var text }, ..] ? text
        : "";

    private void AfterOpener(AnswerProgram program)
    {
        if (format.SectionStart.Length > 0)
        {
            program.Gap(MostBlanks).Literal(marks.Of(format.Open));
        }

        Rest(program, _body.Rule(isOpened: format.SectionStart.Length == 0 && format.Open.Length == 0));
    }

    /// <summary>What follows a call's first mark: its body, further calls, the section's end.</summary>
    private AnswerProgram Rest(AnswerProgram program, Rule first)
    {
        program.Value(first);
        var close = program.Here;
        program.Gap(_body.IsJson ? MostBlanks : 0).Literal(marks.Of(format.Close));
        if (IsParallel)
        {
            program.Optional(more => more
                .Gap(MostBlanks).Literal(marks.Of(format.Separator)).Gap(MostBlanks).Literal(marks.Of(format.Open)).Value(_body.Rule()).Jump(close));
        }

        return program.Gap(format.SectionEnd.Length > 0 ? MostBlanks : 0).Literal(marks.Of(format.SectionEnd));
    }
}
