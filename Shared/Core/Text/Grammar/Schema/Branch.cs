using System.Text.Json;

namespace Rill.Text.Grammar.Schema;

/// <summary>Claims on their way to facets: what is known already, what has to be looked at, and what can be met in more than one way.</summary>
internal sealed class Branch
{
    private readonly Dictionary<int, Claim> _seen = [];
    private readonly Stack<Claim> _pending = [];
    private readonly List<IReadOnlyList<Action<Branch>>> _choices = [];

    /// <summary>A branch of these claims.</summary>
    public Branch(IEnumerable<Claim> claims)
    {
        foreach (var claim in claims)
        {
            Add(claim);
        }
    }

    private Branch(Branch other)
    {
        Facets = other.Facets;
        _seen = new(other._seen);
        _pending = new(other._pending.Reverse());
        _choices = [.. other._choices];
    }

    /// <summary>What is known.</summary>
    public Facets Facets { get; set; } = new();

    /// <summary>All claims that were looked at.</summary>
    public IEnumerable<Claim> Seen => _seen.Values;

    /// <summary>True when no value is possible.</summary>
    public bool IsImpossible => Facets.Kinds == JsonKinds.None || Facets.Values is { Count: 0 };

    /// <summary>Adds a claim.</summary>
    public void Add(Claim claim) => _pending.Push(claim);

    /// <summary>Adds ways of which one must be gone.</summary>
    public void AddChoice(IReadOnlyList<Action<Branch>> ways) => _choices.Add(ways);

    /// <summary>Allows these kinds alone.</summary>
    public void Allow(JsonKinds kinds) => Facets = Facets with { Kinds = Facets.Kinds & kinds };

    /// <summary>Allows these values alone.</summary>
    public void Allow(IReadOnlyList<JsonElement> values) => Facets = Facets with { Values = Facets.Values ?? values };

    /// <summary>The next claim that was not looked at; false when there is none. A contradiction makes the branch impossible.</summary>
    public bool TryTake(out Claim claim)
    {
        while (_pending.TryPop(out claim))
        {
            if (_seen.ContainsKey(claim.Negated.Key))
            {
                Allow(JsonKinds.None);
                return false;
            }

            if (_seen.TryAdd(claim.Key, claim))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The branches of the choice with the fewest ways; null when there is none.</summary>
    public IEnumerable<Branch>? Split()
    {
        if (_choices.Count == 0)
        {
            return null;
        }

        var choice = _choices.MinBy(ways => ways.Count)!;
        _choices.Remove(choice);
        return choice.Select(way =>
        {
            var branch = new Branch(this);
            way(branch);
            return branch;
        });
    }
}
