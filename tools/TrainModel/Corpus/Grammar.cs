using System.Reflection;
using System.Text;

namespace Rill.TrainModel.Corpus;

/// <summary>
/// A text grammar. A file holds rules, each a line <c>== name</c> and below it one alternative a line. In an alternative, <c>{x}</c> stands
/// for the binding x or, without one, for an alternative of rule x; <c>[a|b]</c> is a choice in place. A header <c>== name(x, y)</c>
/// makes a table: its lines are columns divided by " / ", which <see cref="Bind"/> binds to x and y. Lines that begin with # are remarks.
/// </summary>
internal sealed class Grammar
{
    private readonly Dictionary<string, Rule> _rules = [];

    private Grammar()
    {
    }

    /// <summary>Reads the grammar files of these names, which lie in this assembly.</summary>
    public static Grammar Load(params string[] names)
    {
        var grammar = new Grammar();
        foreach (var name in names)
        {
            var resource = $"{typeof(Grammar).Namespace}.Grammars.{name}.txt";
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
                ?? throw new InvalidOperationException($"There is no grammar called {name} in the assembly.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            grammar.Add(reader.ReadToEnd());
        }

        return grammar;
    }

    /// <summary>Reads a grammar from its text.</summary>
    public static Grammar Parse(string text)
    {
        var grammar = new Grammar();
        grammar.Add(text);
        return grammar;
    }

    /// <summary>The names of the rules that begin with the prefix, in the order of the files.</summary>
    public IReadOnlyList<string> RulesStartingWith(string prefix) =>
        [.. _rules.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>The alternatives of a rule as they are written.</summary>
    public IReadOnlyList<string> Alternatives(string rule) => Find(rule).Alternatives;

    /// <summary>Picks a line of a table and binds its columns.</summary>
    public void Bind(string table, IDictionary<string, string> bindings, Dice dice)
    {
        var rule = Find(table);
        var columns = Expand(dice.Pick(rule.Alternatives), bindings, dice).Split(" / ");
        if (columns.Length != rule.Columns.Count)
        {
            throw new InvalidOperationException($"Table {table} wants {rule.Columns.Count} columns: {string.Join(" / ", columns)}");
        }

        for (var i = 0; i < columns.Length; i++)
        {
            bindings[rule.Columns[i]] = columns[i];
        }
    }

    /// <summary>An alternative of the rule with everything replaced, and its sentences made tidy.</summary>
    public string Say(string rule, IDictionary<string, string> bindings, Dice dice) =>
        English.Tidy(Expand(dice.Pick(Find(rule).Alternatives), bindings, dice));

    /// <summary>The template with everything replaced, as it stands.</summary>
    public string Expand(string template, IDictionary<string, string> bindings, Dice dice)
    {
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] is not ('{' or '['))
            {
                text.Append(template[i]);
                continue;
            }

            var end = FindEnd(template, i);
            var inner = template[(i + 1)..end];
            text.Append(template[i] == '['
                ? Expand(dice.Pick(SplitChoices(inner)), bindings, dice)
                : bindings.TryGetValue(inner, out var bound) ? bound : Expand(dice.Pick(Find(inner).Alternatives), bindings, dice));
            i = end;
        }

        return text.ToString();
    }

    private static int FindEnd(string template, int start)
    {
        var depth = 0;
        for (var i = start; i < template.Length; i++)
        {
            depth += template[i] is '{' or '[' ? 1 : template[i] is '}' or ']' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"A bracket is not closed in: {template}");
    }

    private static List<string> SplitChoices(string inner)
    {
        var choices = new List<string>();
        var (depth, start) = (0, 0);
        for (var i = 0; i < inner.Length; i++)
        {
            depth += inner[i] is '{' or '[' ? 1 : inner[i] is '}' or ']' ? -1 : 0;
            if (depth == 0 && inner[i] == '|')
            {
                choices.Add(inner[start..i]);
                start = i + 1;
            }
        }

        choices.Add(inner[start..]);
        return choices;
    }

    private Rule Find(string name) =>
        _rules.TryGetValue(name, out var rule) ? rule : throw new InvalidOperationException($"The grammar has no rule called {name}.");

    private void Add(string text)
    {
        Rule? current = null;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                current = Rule.FromHeader(line[3..]);
                _rules.Add(current.Name, current);
            }
            else if (line[0] != '#')
            {
                (current ?? throw new InvalidOperationException($"A line stands before the first rule: {line}")).Alternatives.Add(line);
            }
        }
    }

    private sealed record Rule(string Name, IReadOnlyList<string> Columns)
    {
        public List<string> Alternatives { get; } = [];

        public static Rule FromHeader(string header)
        {
            var open = header.IndexOf('(', StringComparison.Ordinal);
            return open < 0
                ? new Rule(header, [])
                : new Rule(header[..open], header[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries));
        }
    }
}
