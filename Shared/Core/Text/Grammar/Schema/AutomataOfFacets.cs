using System.Collections.Concurrent;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Numbers;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>Makes the machines of numbers and strings, equal ones once.</summary>
internal sealed class AutomataOfFacets(AutomatonBuilder builder)
{
    private const int MostStatesOfLengths = 2_000;

    // Most bounds are those of many schemas: small automata of them are kept, a few megabytes in all.
    private const int MostKept = 500;
    private const int MostStatesOfKept = 100;

    private static readonly ConcurrentDictionary<string, StringAutomaton> s_numbers = [];
    private static readonly NumberMachine s_anyNumber = new(NumberSyntax.Numbers(false));
    private static readonly NumberMachine s_anyWhole = new(NumberSyntax.Numbers(true));

    private readonly Dictionary<string, NumberMachine?> _numbers = [];
    private readonly Dictionary<(int, int), StringMachine> _strings = [];

    /// <summary>Reads a number; null when there is none.</summary>
    /// <param name="facets">What it must be.</param>
    /// <param name="node">Whose fault it is when it cannot be done.</param>
    public NumberMachine? Number(NumberFacets facets, SchemaNode node)
    {
        if (facets.IsEmpty)
        {
            return null;
        }

        if (facets is { Minimum: null, Maximum: null, Multiples.Count: 0 })
        {
            return facets.IsWhole ? s_anyWhole : s_anyNumber;
        }

        var key = $"{facets.IsWhole} {facets.Minimum} {facets.Maximum} {string.Join(' ', facets.Multiples)}";
        if (!_numbers.TryGetValue(key, out var machine))
        {
            var automaton = s_numbers.GetValueOrDefault(key) ?? NewNumber(key, facets, node);
            _numbers.Add(key, machine = automaton.IsEmpty ? null : new(automaton));
        }

        return machine;
    }

    /// <summary>Reads a string; null when there is none.</summary>
    public StringMachine? String(StringFacets facets)
    {
        if (ReferenceEquals(facets, StringFacets.Any))
        {
            return StringMachine.Any;
        }

        if (facets.MinLength > facets.MaxLength)
        {
            return null;
        }

        if (facets.Patterns.Count == 0 && facets.Excluded.Count == 0)
        {
            var lengths = (facets.MinLength, facets.MaxLength);
            if (!_strings.TryGetValue(lengths, out var machine))
            {
                _strings.Add(lengths, machine = new(StringAutomaton.Any, facets.MinLength, facets.MaxLength));
            }

            return machine;
        }

        var automaton = Texts(facets with { MinLength = 0, MaxLength = int.MaxValue });
        if (facets is { MinLength: 0, MaxLength: int.MaxValue } || automaton.IsEmpty)
        {
            return automaton.IsEmpty ? null : new(automaton);
        }

        // Where states for the lengths would be many, the lengths are counted.
        if ((long)automaton.Count * (facets.MaxLength < int.MaxValue ? facets.MaxLength : facets.MinLength) <= MostStatesOfLengths)
        {
            automaton = All([automaton, builder.Lengths(facets.MinLength, facets.MaxLength)]);
            return automaton.IsEmpty ? null : new(automaton);
        }

        var reach = builder.Reach(automaton, facets.MinLength, facets.MaxLength);
        return reach.CanEnd(0, 0) ? new(automaton, facets.MinLength, facets.MaxLength, reach) : null;
    }

    /// <summary>The texts that a string may have.</summary>
    public StringAutomaton Texts(StringFacets facets)
    {
        var parts = facets.Patterns.Select(pattern => pattern.IsNegated ? Not(pattern.Automaton) : pattern.Automaton).ToList();
        if (facets.Excluded.Count > 0)
        {
            parts.Add(builder.AllBut(facets.Excluded));
        }

        // One after the other, because what two have in common is often less than either.
        var all = parts.Aggregate(StringAutomaton.Any, (sum, part) => sum == StringAutomaton.Any ? part : All([sum, part]));
        return facets.MinLength == 0 && facets.MaxLength == int.MaxValue ? all
            : facets.MinLength > facets.MaxLength ? new(CharacterClasses.One, [], [])
            : All([all, builder.Lengths(facets.MinLength, facets.MaxLength)]);
    }

    /// <summary>The texts that at least one automaton accepts.</summary>
    public StringAutomaton Any(IReadOnlyList<StringAutomaton> automata) => automata.Count == 1
        ? automata[0]
        : builder.Combine(automata, labels => labels.Any(label => label != StringAutomaton.Rejected) ? 0 : StringAutomaton.Rejected);

    private StringAutomaton NewNumber(string key, NumberFacets facets, SchemaNode node)
    {
        var automaton = All([NumberSyntax.Numbers(facets.IsWhole), .. NumberParts(facets, node)]);
        if (automaton.Count <= MostStatesOfKept && s_numbers.Count < MostKept)
        {
            s_numbers.TryAdd(key, automaton);
        }

        return automaton;
    }

    private IEnumerable<StringAutomaton> NumberParts(NumberFacets facets, SchemaNode node)
    {
        foreach (var bound in new[] { facets.Minimum, facets.Maximum })
        {
            if (bound is { } given)
            {
                yield return given.Automaton(builder);
            }
        }

        if (facets.Multiples.Count > 0)
        {
            yield return NumberSyntax.Multiples(builder, facets.Multiples)
                ?? throw node.Unsupported("multipleOf", "of such a size is not supported");
        }
    }

    private StringAutomaton All(IReadOnlyList<StringAutomaton> automata) => automata.Count == 1
        ? automata[0]
        : builder.Combine(automata, labels => labels.All(label => label != StringAutomaton.Rejected) ? 0 : StringAutomaton.Rejected);

    private StringAutomaton Not(StringAutomaton automaton) =>
        builder.Combine([automaton], labels => labels[0] == StringAutomaton.Rejected ? 0 : StringAutomaton.Rejected);
}
