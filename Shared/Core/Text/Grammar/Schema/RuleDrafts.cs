using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Schema;

/// <summary>A rule while it is not known yet whether there are values that obey it.</summary>
internal sealed class RuleDraft
{
    /// <summary>The rule.</summary>
    public Rule Rule { get; } = new();

    /// <summary>True once it is known that a value obeys it.</summary>
    public bool IsPossible { get; set; }

    /// <summary>The JSON texts of values that it lists.</summary>
    public List<string> Literals { get; } = [];

    /// <summary>Machines that read no values inside.</summary>
    public HashSet<Machine> Scalars { get; } = [];

    /// <summary>Machines that do.</summary>
    public List<IMachineDraft> Structures { get; } = [];

    /// <summary>True when a value obeys it, as far as is known of others.</summary>
    public bool FindPossible() => Literals.Count > 0 || Scalars.Count > 0 || Structures.Exists(draft => draft.IsPossible);

    /// <summary>Gives the rule its machines.</summary>
    public void Finish()
    {
        if (Literals.Count > 0)
        {
            Scalars.Add(new LiteralMachine(Literals.Distinct()));
        }

        Rule.Machines = [.. Scalars, .. Structures.Where(draft => draft.IsPossible).Select(draft => draft.Build())];
    }
}

/// <summary>A machine whose values inside are not all known yet.</summary>
internal interface IMachineDraft
{
    /// <summary>True when there is a value for it, as far as is known of the values inside.</summary>
    bool IsPossible { get; }

    /// <summary>Makes it.</summary>
    Machine Build();
}

/// <summary>An array to be.</summary>
/// <param name="First">For each of the first places what may stand there: which things it is that must be contained, and its rule.</param>
/// <param name="Rest">The same for all others.</param>
/// <param name="Facets">What the array must be.</param>
internal sealed record ArrayDraft(
    IReadOnlyList<IReadOnlyList<(int Contained, RuleDraft Rule)>> First, IReadOnlyList<(int Contained, RuleDraft Rule)> Rest, ArrayFacets Facets)
    : IMachineDraft
{
    /// <inheritdoc/>
    public bool IsPossible => Plan().IsPossible;

    /// <inheritdoc/>
    public Machine Build() => new ArrayMachine(Plan());

    private ArrayPlan Plan() => new([.. First.Select(Possible)], Possible(Rest), Facets.MinItems, Facets.MaxItems, Facets.Contains.Count);

    private static IReadOnlyList<ArrayItem> Possible(IReadOnlyList<(int Contained, RuleDraft Rule)> items) =>
        [.. items.Where(item => item.Rule.IsPossible).Select(item => new ArrayItem(item.Contained, item.Rule.Rule))];
}

/// <summary>An array to be whose items differ.</summary>
/// <param name="Texts">The texts of the values that an item may be, each value once.</param>
/// <param name="Facets">What the array must be.</param>
internal sealed record DistinctDraft(IReadOnlyList<string> Texts, ArrayFacets Facets) : IMachineDraft
{
    /// <inheritdoc/>
    public bool IsPossible => Facets.MinItems <= Math.Min(Facets.MaxItems, Texts.Count);

    /// <inheritdoc/>
    public Machine Build() => new ArrayMachine(new DistinctItems(Texts, Facets.MinItems, Facets.MaxItems));
}

/// <summary>An object to be.</summary>
/// <param name="Members">The members that are named.</param>
/// <param name="OtherNames">The names of others, labelled by the index of the rule of the value.</param>
/// <param name="Others">These rules.</param>
/// <param name="Facets">What the object must be.</param>
internal sealed record ObjectDraft(
    IReadOnlyList<(string Name, RuleDraft Rule)> Members, StringAutomaton OtherNames, IReadOnlyList<RuleDraft> Others, ObjectFacets Facets)
    : IMachineDraft
{
    private readonly HashSet<string> _required = [.. Facets.Required];

    /// <inheritdoc/>
    public bool IsPossible
    {
        get
        {
            var (possible, required) = (0, 0);
            foreach (var (name, rule) in Members)
            {
                possible += rule.IsPossible ? 1 : 0;
                required += rule.IsPossible && _required.Contains(name) ? 1 : 0;
            }

            return required == _required.Count && required <= Facets.MaxProperties && Facets.MinProperties <= Facets.MaxProperties
                && Facets.MinProperties <= possible + (HasOthers ? 1 : 0);    // others count as one: nothing keeps their names apart
        }
    }

    private bool HasOthers => !OtherNames.IsEmpty && Others.Any(rule => rule.IsPossible);

    /// <inheritdoc/>
    public Machine Build() => new ObjectMachine(Plan(HasOthers ? new Rule { Machines = [new StringMachine(OfPossible())] } : null));

    private StringAutomaton OfPossible() => Others.All(rule => rule.IsPossible) ? OtherNames : OtherNames.Relabel(Possible);

    private int Possible(int label) => Others[label].IsPossible ? label : StringAutomaton.Rejected;

    private ObjectPlan Plan(Rule? otherNames) => new(
        [
            .. Members.Where(member => member.Rule.IsPossible)
                .Select(member => new NamedMember(member.Name, member.Rule.Rule, _required.Contains(member.Name))),
        ],
        otherNames, [.. Others.Select(rule => rule.Rule)], Facets.MinProperties, Facets.MaxProperties);
}
