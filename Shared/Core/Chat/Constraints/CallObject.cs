using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>Writes calls that are one JSON object each: with a member for the name, one for the arguments, perhaps one for an id.</summary>
internal sealed class CallObject(ArgumentEncoding encoding, ToolArguments arguments)
{
    /// <summary>A call of a tool. The name comes before the arguments, as models write it; an id stands anywhere.</summary>
    public Rule Rule(ToolDefinition tool, int index)
    {
        var values = arguments.Json(tool, index);
        if (encoding.Kind == ArgumentKind.NameIsKey)
        {
            return One(Object([([tool.Name], program => program.Value(values))]));
        }

        (IReadOnlyList<string>, Action<AnswerProgram>) name = (encoding.NamePath, program => program.Literal(JsonText.Quote(tool.Name)));
        (IReadOnlyList<string>, Action<AnswerProgram>) given = (encoding.ArgumentsPath, program => Arguments(program, values));
        (IReadOnlyList<string>, Action<AnswerProgram>) id = (encoding.IdPath, program => program.Literal("\"").Value(arguments.Id).Literal("\""));
        return encoding.IdPath.Count == 0
            ? One(Object([name, given]))
            : new() { Machines = [Object([id, name, given]), Object([name, id, given]), Object([name, given, id])] };
    }

    private static Rule One(Machine machine) => new() { Machines = [machine] };

    private void Arguments(AnswerProgram program, Rule values)
    {
        if (encoding.ArgumentsAreText)
        {
            program.Literal("\"").Value(EscapedMachine.Of(values)).Literal("\"");
        }
        else
        {
            program.Value(values);
        }
    }

    private static ProgramMachine Object(IReadOnlyList<(IReadOnlyList<string> Path, Action<AnswerProgram> Write)> members)
    {
        var program = new AnswerProgram();
        Write(program, members, depth: 0);
        return program.Build();
    }

    /// <summary>Members that have their way in common up to a depth stand in one object.</summary>
    private static void Write(AnswerProgram program, IReadOnlyList<(IReadOnlyList<string> Path, Action<AnswerProgram> Write)> members, int depth)
    {
        program.Literal("{");
        for (var at = 0; at < members.Count;)
        {
            var key = members[at].Path[depth];
            if (at > 0)
            {
                program.Literal(",").Space();
            }

            program.Literal($"{JsonText.Quote(key)}:").Space();
            var inside = members.Skip(at).TakeWhile(member => member.Path.Count > depth + 1 && member.Path[depth] == key).ToList();
            if (inside.Count > 0)
            {
                Write(program, inside, depth + 1);
            }
            else
            {
                members[at].Write(program);
            }

            at += Math.Max(1, inside.Count);
        }

        program.Literal("}");
    }
}
