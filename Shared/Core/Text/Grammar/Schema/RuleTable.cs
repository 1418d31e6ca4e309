using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Rill.Text.Grammar.Schema;

/// <summary>The rules of a schema. One stands for a set of claims that a value must obey; equal sets are one rule, so recursion ends.</summary>
/// <param name="budget">Counts them.</param>
/// <param name="everything">The claim that every value fulfils.</param>
/// <param name="anything">The rule of what obeys it, made once for all schemas; null for the one that is to be it.</param>
internal sealed class RuleTable(GrammarBudget budget, Claim everything, Lazy<RuleDraft>? anything)
{
    private readonly Dictionary<int, RuleDraft> _ofOne = [];
    private readonly Dictionary<string, RuleDraft> _ofSeveral = [];
    private readonly List<RuleDraft> _drafts = [];
    private readonly Queue<(RuleDraft Draft, IReadOnlyList<Claim> Claims)> _open = [];
    private bool _hasAnything;

    /// <summary>The rule of a value that obeys all claims; its draft is empty until <see cref="TryTake"/> has given it out.</summary>
    /// <exception cref="SchemaException">There are too many rules.</exception>
    public RuleDraft Of(IEnumerable<Claim> claims)
    {
        var kept = claims.Where(claim => !IsTrivial(claim)).DistinctBy(claim => claim.Key).OrderBy(claim => claim.Key).ToList();
        if (kept.Count < 2)
        {
            return kept.Count == 0 ? Anything() : OfOne(kept[0]);
        }

        var key = string.Join(',', kept.Select(claim => claim.Key));
        if (!_ofSeveral.TryGetValue(key, out var draft))
        {
            _ofSeveral.Add(key, draft = NewDraft(kept));
        }

        return draft;
    }

    /// <summary>The rule of one claim, as most members have.</summary>
    /// <exception cref="SchemaException">There are too many rules.</exception>
    public RuleDraft Of(Claim claim) => IsTrivial(claim) ? Anything() : OfOne(claim);

    /// <summary>The next rule whose draft is still empty, and its claims; false when there is none.</summary>
    public bool TryTake([NotNullWhen(true)] out RuleDraft? draft, [NotNullWhen(true)] out IReadOnlyList<Claim>? claims)
    {
        var isThere = _open.TryDequeue(out var next);
        (draft, claims) = next;
        return isThere;
    }

    /// <summary>Finds out which rules have values, from those inside out, and makes the machines of these.</summary>
    public void Finish()
    {
        for (var found = true; found;)
        {
            found = false;
            for (var at = _drafts.Count - 1; at >= 0; at--)
            {
                if (!_drafts[at].IsPossible && _drafts[at].FindPossible())
                {
                    _drafts[at].IsPossible = found = true;
                }
            }
        }

        for (var at = _drafts.Count - 1; at >= 0; at--)
        {
            if (_drafts[at].IsPossible)
            {
                _drafts[at].Finish();
            }
        }
    }

    /// <summary>True for a claim that every value fulfils, at a glance.</summary>
    private static bool IsTrivial(Claim claim) => claim.Node.Value.ValueKind switch
    {
        JsonValueKind.True => claim.Holds,
        JsonValueKind.False => !claim.Holds,
        _ => claim.Holds && claim.Node.IsEmpty,
    };

    /// <summary>Counted as if each schema had made its own.</summary>
    private RuleDraft Anything()
    {
        if (anything is null)
        {
            return OfOne(everything);
        }

        if (!_hasAnything)
        {
            _hasAnything = true;
            budget.AddRule();
            budget.AddAlternative();
        }

        return anything.Value;
    }

    private RuleDraft OfOne(Claim claim)
    {
        if (!_ofOne.TryGetValue(claim.Key, out var draft))
        {
            _ofOne.Add(claim.Key, draft = NewDraft([claim]));
        }

        return draft;
    }

    private RuleDraft NewDraft(IReadOnlyList<Claim> claims)
    {
        budget.AddRule();
        var draft = new RuleDraft();
        _drafts.Add(draft);
        _open.Enqueue((draft, claims));
        return draft;
    }
}
