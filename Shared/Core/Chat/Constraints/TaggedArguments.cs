using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;

namespace Rill.Chat.Constraints;

/// <summary>
/// Writes arguments that stand between marks one by one, in the schema's order: texts as they are, up to the mark behind them, other values as
/// JSON.
/// </summary>
internal sealed class TaggedArguments(ArgumentEncoding encoding, ModelMarks marks, ToolArguments arguments)
{
    private const int MostBlanks = 2;

    /// <summary>The arguments of a tool; members that its schema does not name are left out.</summary>
    public AnswerProgram Write(AnswerProgram program, ToolDefinition tool, int index)
    {
        if (arguments.Members(tool, index, member => Values(member)) is not { } members)
        {
            return WriteAny(program);
        }

        foreach (var (member, values) in members)
        {
            if (member.IsRequired)
            {
                WriteMember(program, member.Name, values);
            }
            else
            {
                program.Optional(optional => WriteMember(optional, member.Name, values));
            }
        }

        return program.Gap(MostBlanks);
    }

    private AnswerProgram WriteMember(AnswerProgram program, string name, Rule values) =>
        program.Gap(MostBlanks).Literal(marks.Of(encoding.KeyOpen)).Literal(name).Value(values);

    /// <summary>Any names with any texts, where the schema cannot be enforced.</summary>
    private AnswerProgram WriteAny(AnswerProgram program)
    {
        var from = program.Here;
        return program.Optional(any => any
            .Gap(MostBlanks).Literal(marks.Of(encoding.KeyOpen)).Value(arguments.Key).Literal(marks.Of(encoding.KeyClose)).Value(AnyText()).Jump(from))
            .Gap(MostBlanks);
    }

    /// <summary>A member's value with the marks around it.</summary>
    private Rule Values(MemberRule member)
    {
        var ways = new List<Machine>();
        if (member.Texts.Count > 0)
        {
            ways.Add(Between(encoding.KeyClose, new LiteralMachine(member.Texts)));
        }

        var close = marks.Of(encoding.ValueClose);
        ways.AddRange(member.Strings.Select(text => text.IsAny
            ? Open(encoding.KeyClose).Value(AnyText()).Build()
            : Between(encoding.KeyClose, text.BareWithout(close.HasText ? encoding.ValueClose : "", arguments.Automata))));
        if (member.Others.Count > 0 || member.Literals.Count > 0)
        {
            List<Machine> others = [.. member.Others];
            if (member.Literals.Count > 0)
            {
                others.Add(new LiteralMachine(member.Literals));
            }

            var mark = encoding.KeyCloseOther.Length > 0 ? encoding.KeyCloseOther : encoding.KeyClose;
            ways.Add(Open(mark).Value(new Rule { Machines = others }).Literal(close).Build());
        }

        return new() { Machines = ways };
    }

    private FreeTextMachine AnyText() => new(marks.Of(encoding.ValueClose)) { EndsAtMark = true, HasTokens = false };

    private ProgramMachine Between(string open, Machine value) => Open(open).Value(value).Literal(marks.Of(encoding.ValueClose)).Build();

    private AnswerProgram Open(string mark) => new AnswerProgram().Literal(marks.Of(mark));
}
