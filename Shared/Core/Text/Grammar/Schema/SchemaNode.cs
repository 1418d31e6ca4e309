using System.Text.Json;

namespace Rill.Text.Grammar.Schema;

/// <summary>A schema within a document: the document itself, or one of its parts.</summary>
internal sealed class SchemaNode
{
    // Few: annotations are left out, so looking through them is quicker than a table.
    private readonly (string Name, JsonElement Value)[] _keywords = [];
    private readonly int _count;
    private readonly KeywordGroups _groups;

    /// <param name="id">Unique within the document.</param>
    /// <param name="value">The schema: an object or a boolean.</param>
    /// <param name="pointer">Its place in the document.</param>
    /// <param name="resource">What its references are relative to.</param>
    public SchemaNode(int id, JsonElement value, string pointer, SchemaResource resource)
    {
        (Id, Value, Pointer, Resource) = (id, value, pointer, resource);
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        // What a schema has is found once: it is asked for dozens of keywords, of which it has a few.
        _keywords = new (string, JsonElement)[value.GetPropertyCount()];
        foreach (var member in value.EnumerateObject())
        {
            var name = member.Name;
            if (Keywords.TryGetGroup(name, out var group))
            {
                _keywords[_count++] = (name, member.Value);
                _groups |= group;
            }
        }

        if (resource.ReferenceHidesSiblings && TryGet("$ref", out var reference))
        {
            (_keywords, _count, _groups) = ([("$ref", reference)], 1, KeywordGroups.Listed);
        }
    }

    /// <summary>Unique within the document.</summary>
    public int Id { get; }

    /// <summary>The schema: an object or a boolean.</summary>
    public JsonElement Value { get; }

    /// <summary>Its place in the document, as <c>#/properties/a</c>.</summary>
    public string Pointer { get; }

    /// <summary>What its references are relative to.</summary>
    public SchemaResource Resource { get; }

    /// <summary>True for a schema that says nothing of values: every one obeys it.</summary>
    public bool IsEmpty => Value.ValueKind == JsonValueKind.Object && _count == 0;

    /// <summary>True when it has a keyword of at least one of some groups.</summary>
    public bool Has(KeywordGroups groups) => (_groups & groups) != 0;

    /// <summary>A keyword's value; false when it is absent, or hidden beside a <c>$ref</c> (drafts before 2019-09).</summary>
    public bool TryGet(string keyword, out JsonElement found)
    {
        for (var at = _count - 1; at >= 0; at--)    // of equal names the last one counts
        {
            if (_keywords[at].Name == keyword)
            {
                found = _keywords[at].Value;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>The fault of a keyword of this schema.</summary>
    public SchemaException Fault(string keyword, string problem) => new($"{Pointer}/{keyword}", $"{keyword} {problem}");

    /// <summary>The refusal of a keyword that is not enforced.</summary>
    public SchemaException Unsupported(string keyword, string why = "is not supported") =>
        SchemaException.Unsupported($"{Pointer}/{keyword}", keyword, why);
}

/// <summary>A schema that has an address of its own, and within which <c>#</c> is its root.</summary>
/// <param name="Address">Its absolute address.</param>
/// <param name="Root">Its JSON.</param>
/// <param name="Pointer">Its place in the document.</param>
/// <param name="ReferenceHidesSiblings">True for drafts in which nothing counts beside a <c>$ref</c>.</param>
internal sealed record SchemaResource(Uri Address, JsonElement Root, string Pointer, bool ReferenceHidesSiblings);

/// <summary>That a value obeys a schema, or that it does not.</summary>
internal readonly record struct Claim(SchemaNode Node, bool Holds)
{
    /// <summary>The opposite.</summary>
    public Claim Negated => new(Node, !Holds);

    /// <summary>A number that tells it from all others of its document.</summary>
    public int Key => (Node.Id * 2) + (Holds ? 1 : 0);
}
