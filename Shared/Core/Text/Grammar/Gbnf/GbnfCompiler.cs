using System.Text;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>
/// Makes machines of a grammar's rules. What names no rule in a circle becomes one automaton of characters; the rest are instructions, which
/// call each other's rules.
/// </summary>
internal sealed class GbnfCompiler
{
    private readonly GbnfRules _rules;
    private readonly GrammarBudget _budget;
    private readonly Dictionary<string, Rule> _machines = [];
    private readonly Stack<string> _open = [];

    private GbnfCompiler(GbnfRules rules, GrammarBudget budget) => (_rules, _budget) = (rules, budget);

    /// <summary>The rule that reads the texts of a grammar in GBNF.</summary>
    /// <exception cref="GbnfException">The grammar is broken, describes no text, or needs more than the limits.</exception>
    public static Rule Compile(string source, GrammarBudget budget)
    {
        try
        {
            budget.AddText(Encoding.UTF8.GetByteCount(source));
            var compiler = new GbnfCompiler(new(GbnfParser.Parse(source)), budget);
            var root = compiler.Value(compiler._rules[GbnfRules.Root]);
            while (compiler._open.TryPop(out var name))
            {
                compiler._machines[name].Machines = compiler.Machines(compiler._rules[name]);
            }

            return root;
        }
        catch (PatternSyntaxException fault)
        {
            throw new GbnfException(fault.Message);
        }
        catch (SchemaException fault)
        {
            throw new GbnfException(fault.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new GbnfException("its rules lead too deeply into one another");
        }
    }

    /// <summary>A rule for a node that stands alone.</summary>
    private Rule Value(RegexNode node) => node is GbnfReference reference ? RuleOf(reference.Name) : new() { Machines = Machines(node) };

    private Rule RuleOf(string name)
    {
        if (!_machines.TryGetValue(name, out var rule))
        {
            _budget.AddRule();
            _machines.Add(name, rule = new());
            _open.Push(name);
        }

        return rule;
    }

    private IReadOnlyList<Machine> Machines(RegexNode node) =>
        _rules.IsRegular(node) ? [Characters(node)]
        : node is RegexChoice choice ? [.. choice.Choices.SelectMany(Machines)]
        : [Instructions(node)];

    private StringMachine Characters(RegexNode node) => new(_budget.Automata.Whole(_rules.SpellOut(node)), isBare: true);

    private ProgramMachine Instructions(RegexNode node)
    {
        var program = new AnswerProgram();
        var parts = node is RegexSequence sequence ? sequence.Parts : [node];
        for (var at = 0; at < parts.Count;)
        {
            var length = RegularRun(parts, at);
            if (length > 0)
            {
                program.Value(Characters(new RegexSequence([.. parts.Skip(at).Take(length)])));
            }
            else
            {
                Write(program, parts[at], isLast: at + 1 == parts.Count);
            }

            at += Math.Max(1, length);
        }

        return program.Build();
    }

    /// <summary>How many parts from here on are one automaton together.</summary>
    private int RegularRun(IReadOnlyList<RegexNode> parts, int at)
    {
        var length = 0;
        while (at + length < parts.Count && _rules.IsRegular(new RegexSequence([.. parts.Skip(at).Take(length + 1)])))
        {
            length++;
        }

        return length;
    }

    private void Write(AnswerProgram program, RegexNode node, bool isLast)
    {
        _budget.AddAlternative();
        if (node is RegexRepeat repeat)
        {
            // Each of a repetition that is counted is an instruction.
            for (var count = 0; count < (repeat.Most == int.MaxValue ? repeat.Least : repeat.Most); count++)
            {
                _budget.AddAlternative();
            }

            program.Repeat(Value(repeat.Body), repeat.Least, repeat.Most);
        }
        else if (isLast)
        {
            program.LastValue(Value(node));
        }
        else
        {
            program.Value(Value(node));
        }
    }
}
