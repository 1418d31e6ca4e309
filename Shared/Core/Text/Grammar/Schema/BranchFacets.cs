namespace Rill.Text.Grammar.Schema;

/// <summary>What a way to obey a schema says of one kind of values.</summary>
internal static class BranchFacets
{
    /// <summary>Adds claims, absent ones left out.</summary>
    public static void AddAll(this Branch branch, params IReadOnlyList<Claim?> claims)
    {
        foreach (var claim in claims)
        {
            if (claim is { } present)
            {
                branch.Add(present);
            }
        }
    }

    /// <summary>Allows numbers alone, and changes what they must be.</summary>
    public static void AllowNumber(this Branch branch, Func<NumberFacets, NumberFacets> change)
    {
        branch.Allow(JsonKinds.Number);
        branch.Facets = branch.Facets with { Number = change(branch.Facets.Number) };
    }

    /// <summary>Allows strings alone, and changes what they must be.</summary>
    public static void AllowString(this Branch branch, Func<StringFacets, StringFacets> change)
    {
        branch.Allow(JsonKinds.String);
        branch.Facets = branch.Facets with { String = change(branch.Facets.String) };
    }

    /// <summary>Allows arrays alone, and changes what they must be.</summary>
    public static void AllowArray(this Branch branch, Func<ArrayFacets, ArrayFacets> change)
    {
        branch.Allow(JsonKinds.Array);
        branch.Facets = branch.Facets with { Array = change(branch.Facets.Array) };
    }

    /// <summary>Allows objects alone, and changes what they must be.</summary>
    public static void AllowObject(this Branch branch, Func<ObjectFacets, ObjectFacets> change)
    {
        branch.Allow(JsonKinds.Object);
        branch.Facets = branch.Facets with { Object = change(branch.Facets.Object) };
    }

    /// <summary>Strings must not be this one.</summary>
    public static void Exclude(this Branch branch, string text) =>
        branch.Facets = branch.Facets with { String = branch.Facets.String with { Excluded = [.. branch.Facets.String.Excluded, text] } };

    /// <summary>Values of these kinds cannot be judged.</summary>
    public static void Doubt(this Branch branch, JsonKinds kinds, SchemaException fault) =>
        branch.Facets = branch.Facets with { Unknown = [.. branch.Facets.Unknown, (kinds, fault)] };

    /// <summary>Objects must not have a member.</summary>
    public static void Forbid(this Branch branch, string name, Claim nothing) =>
        branch.Facets = branch.Facets with { Object = branch.Facets.Object.With(MemberRules.Of(name, nothing)) };

    /// <summary>Allows objects alone that have a member, and what it depends on.</summary>
    public static void Need(this Branch branch, string name, Dependency needed)
    {
        branch.AllowObject(members => members.Requiring([name, .. needed.Names]));
        branch.AddAll(needed.Claim);
    }

    /// <summary>Allows objects alone that have a member without what it depends on.</summary>
    public static void Break(this Branch branch, string name, Dependency needed, Claim nothing)
    {
        branch.AllowObject(members => members.Requiring(name));
        branch.AddChoice(
        [
            .. needed.Names.Select(other => (Action<Branch>)(one => one.Forbid(other, nothing))),
            .. needed.Claim is { } claim ? new Action<Branch>[] { one => one.Add(claim.Negated) } : [],
        ]);
    }
}
