using System.Text.Json;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>Which names the members of an object may have beside those that a schema names, and what their values must be.</summary>
internal sealed class MemberNames(SchemaExpander expander, AutomataOfFacets automata, AutomatonBuilder builder)
{
    /// <summary>True when a member may have a name.</summary>
    public bool AreAllowed(ObjectFacets facets, string name) =>
        facets.Names.All(claim => expander.Evaluator.Holds(claim, JsonText.Element(name)));

    /// <summary>
    /// The automaton of the other names, whose labels are indexes of claims: those that the value has to fulfil. Names whose values would
    /// have to fulfil what is false are left out.
    /// </summary>
    public (StringAutomaton Names, IReadOnlyList<IReadOnlyList<Claim>> Claims) Others(ObjectFacets facets, IReadOnlyList<string> named)
    {
        var patterns = facets.Members.SelectMany(rules => rules.Patterns).ToList();
        var (claims, labels) = (new List<IReadOnlyList<Claim>>(), new Dictionary<string, int>());
        if (patterns.Count == 0 && ClaimsOf(facets, []) is var all && all.Any(IsFalse))
        {
            return (new(CharacterClasses.One, [], []), claims);
        }

        if (patterns.Count == 0 && facets.Names.Count == 0)
        {
            return (builder.AllBut(named), [ClaimsOf(facets, [])]);
        }

        var allowed = facets.Names.Count == 0 ? StringAutomaton.Any : Allowed(facets.Names);
        var names = builder.Combine([builder.Texts(named), allowed, .. patterns.Select(pattern => pattern.Pattern)], Label);
        return (names, claims);

        int Label(int[] said)
        {
            if (said[0] != StringAutomaton.Rejected || said[1] == StringAutomaton.Rejected)
            {
                return StringAutomaton.Rejected;
            }

            var key = string.Concat(said.Skip(2).Select(label => label == StringAutomaton.Rejected ? '0' : '1'));
            if (!labels.TryGetValue(key, out var number))
            {
                var found = ClaimsOf(facets, [.. said.Skip(2).Select(label => label != StringAutomaton.Rejected)]);
                labels.Add(key, number = found.Any(IsFalse) ? StringAutomaton.Rejected : claims.Count);
                claims.AddRange(number == StringAutomaton.Rejected ? [] : [found]);
            }

            return number;
        }
    }

    /// <summary>What the value of a member must be whose name matches some of the patterns.</summary>
    private static List<Claim> ClaimsOf(ObjectFacets facets, IReadOnlyList<bool> matched)
    {
        var claims = new List<Claim>();
        var at = 0;
        foreach (var rules in facets.Members)
        {
            var before = claims.Count;
            foreach (var (_, claim) in rules.Patterns)
            {
                if (matched[at++])
                {
                    claims.Add(claim);
                }
            }

            if (claims.Count == before && rules.Others is { } others)
            {
                claims.Add(others);
            }
        }

        return claims;
    }

    private static bool IsFalse(Claim claim) => claim.Node.Value.ValueKind == (claim.Holds ? JsonValueKind.False : JsonValueKind.True);

    /// <summary>The strings that fulfil claims.</summary>
    private StringAutomaton Allowed(IReadOnlyList<Claim> claims)
    {
        var ways = new List<StringAutomaton>();
        foreach (var facets in expander.Expand(claims))
        {
            if (facets.Values is { } values)
            {
                ways.Add(builder.Texts([.. values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)]));
            }
            else if ((facets.Kinds & JsonKinds.String) != 0)
            {
                ways.Add(automata.Texts(facets.String));
            }
        }

        return ways.Count == 0 ? new(CharacterClasses.One, [], []) : automata.Any(ways);
    }
}
