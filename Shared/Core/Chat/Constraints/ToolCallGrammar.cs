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
/// <param name="channels">The channels that its messages go to; null where it has none.</param>
internal sealed class ToolCallGrammar(
    ToolFormat format, ModelMarks marks, ToolArguments arguments, IReadOnlyList<(int Index, ToolDefinition Tool)> tools, bool isParallel,
    ChannelFormat? channels = null)
{
    // What models write between marks is a line end or two.
    private const int MostBlanks = 2;

    private readonly CallBody _body = new(format, marks, arguments, tools);

    private bool IsParallel => isParallel && format.Parallel;

    /// <summary>One call, or several where that is allowed, and nothing else.</summary>
    public ProgramMachine Calls()
    {
        var program = new AnswerProgram().Gap(MostBlanks);
        WriteOptional(program, format.SectionStart, format.StartIsOptional);
        WriteOptional(program.Gap(MostBlanks), format.Open, channels?.Start == format.Open);
        return Rest(program, _body.Rule()).Build();
    }

    /// <summary>Free text in which calls may stand.</summary>
    public IReadOnlyList<Machine> TextAndCalls()
    {
        var refused = format.IsBare ? FirstByte() : (byte?)null;
        var opener = marks.Of(Opener());
        var text = new FreeTextMachine(opener) { RefusedFirst = refused };
        if (opener.Length == 0)
        {
            return [Calls(), text];
        }

        var program = new AnswerProgram();
        WriteContentHead(program, channels, marks);
        var start = program.Here;
        program.Optional(call =>
        {
            call.Value(new FreeTextMachine(opener) { EndsAtMark = true, RefusedFirst = refused });
            AfterOpener(call);
            _ = IsParallel && !format.IsBare ? call.Jump(start) : call.Finish();
        });
        program.Value(text);
        return refused is null && start == 0 ? [program.Build()] : [Calls(), program.Build()];
    }

    /// <summary>What stands before visible text where the prompt's end has begun a header that may be any.</summary>
    public static void WriteContentHead(AnswerProgram program, ChannelFormat? channels, ModelMarks marks)
    {
        if (channels is { ContentChannels: [var channel, ..] })
        {
            program.Optional(start => start.Literal(marks.Of(channels.Start)));
            program.Literal(marks.Of(channels.Channel + channel + channels.HeaderEnd));
        }
    }

    /// <summary>What a call begins with, by which it is told from text; nothing where a bracket alone tells.</summary>
    private string Opener() => format.SectionStart.Length > 0 && !(format.StartIsOptional && format.Open.Length > 0) && !(format.IsBare && !format.StartIsOptional)
        ? format.SectionStart
        : format.IsBare ? ""
        : format.Open.Length > 0 ? format.Open
        : format.Call is [{ Kind: CallPartKind.Literal, Text: var text }, ..] ? text
        : "";

    private byte FirstByte() => ((format.StartIsOptional ? "" : format.SectionStart) + format.Open).TrimStart() is [var first, ..] ? (byte)first : (byte)'{';

    private void WriteOptional(AnswerProgram program, string mark, bool isOptional)
    {
        if (isOptional)
        {
            program.Optional(start => start.Literal(marks.Of(mark)));
        }
        else
        {
            program.Literal(marks.Of(mark));
        }
    }

    private void AfterOpener(AnswerProgram program)
    {
        if (Opener() == format.SectionStart)
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
