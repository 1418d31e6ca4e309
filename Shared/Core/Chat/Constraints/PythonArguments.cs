using Rill.OpenAI;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;

namespace Rill.Chat.Constraints;

/// <summary>Writes arguments as Python writes those of a call, <c>name=literal, ...</c>, in the schema's order.</summary>
internal sealed class PythonArguments(ToolArguments arguments)
{
    // A first argument is its name, its value and a jump behind it; what makes it optional is one more.
    private const int PartsOfFirst = 3;

    /// <summary>The arguments of a tool; members that its schema does not name are left out.</summary>
    public AnswerProgram Write(AnswerProgram program, ToolDefinition tool, int index) =>
        arguments.Members(tool, index, Values) is { } members ? program.Value(Listed(members)) : program.Optional(WriteAny);

    private static Rule Values(MemberRule member)
    {
        if (!IsName(member.Name))
        {
            throw new SchemaException($"the name '{member.Name}' cannot be written, for this model writes arguments as Python does")
            {
                IsUnsupported = true,
            };
        }

        string[] literals = [.. member.Texts.Select(JsonText.Quote), .. member.Literals];
        Machine[] listed = literals.Length > 0 ? [new LiteralMachine(literals)] : [];
        return PythonMachine.Of(new() { Machines = [.. listed, .. member.Strings, .. member.Others] });
    }

    private static bool IsName(string text) => text is [var first, ..] && !char.IsAsciiDigit(first)
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>
    /// Written twice: as the first of all, from which it goes on behind the same member among the later ones, which have a comma before them.
    /// </summary>
    private static ProgramMachine Listed(IReadOnlyList<(MemberRule Member, Rule Values)> members)
    {
        var firsts = members.TakeWhile(member => !member.Member.IsRequired).Count();
        var program = new AnswerProgram();
        var laterAt = Places(members, firsts);
        for (var number = 0; number < members.Count && number <= firsts; number++)
        {
            if (number < firsts)
            {
                program.Fork(program.Here + 1 + PartsOfFirst);
            }

            program.Literal($"{members[number].Member.Name}=").Value(members[number].Values).Jump(laterAt[number + 1]);
        }

        if (firsts == members.Count)
        {
            program.Finish();
        }

        for (var number = 1; number < members.Count; number++)
        {
            if (!members[number].Member.IsRequired)
            {
                program.Fork(laterAt[number + 1]);
            }

            program.Literal(",").Space().Literal($"{members[number].Member.Name}=").Value(members[number].Values);
        }

        return program.Build();
    }

    /// <summary>Where each member begins as one that is not the first, and behind them the end.</summary>
    private static int[] Places(IReadOnlyList<(MemberRule Member, Rule Values)> members, int firsts)
    {
        // A comma, a space that may be there (two instructions), the name and the value; what makes it optional is one more.
        const int PartsOfLater = 5;
        var places = new int[members.Count + 1];
        var at = (firsts * (1 + PartsOfFirst)) + (firsts == members.Count ? 1 : PartsOfFirst);
        for (var number = 1; number <= members.Count; number++)
        {
            places[number] = at;
            at += number < members.Count ? PartsOfLater + (members[number].Member.IsRequired ? 0 : 1) : 0;
        }

        return places;
    }

    /// <summary>Any names with any values, where the schema cannot be enforced.</summary>
    private void WriteAny(AnswerProgram program)
    {
        var value = PythonMachine.Of(arguments.AnyValue);
        var from = program.Here;
        program.Value(arguments.Identifier).Literal("=").Value(value).Optional(more => more.Literal(",").Space().Jump(from));
    }
}
