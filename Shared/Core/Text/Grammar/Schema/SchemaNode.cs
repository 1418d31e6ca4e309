using System.Text.Json;

namespace Rill.Text.Grammar.Schema;

/// <summary>A schema within a document: the document itself, or one of its parts.</summary>
internal sealed class SchemaNode(int id, JsonElement value, string pointer, SchemaResource resource)
{
    private readonly Dictionary<string, JsonElement> _keywords = Keywords(value, resource.ReferenceHidesSiblings);

    /// <summary>Unique within the document.</summary>
    public int Id => id;

    /// <summary>The schema: an object or a boolean.</summary>
    public JsonElement Value => value;

    /// <summary>Its place in the document, as <c>#/properties/a</c>.</summary>
    public string Pointer => pointer;

    /// <summary>What its references are relative to.</summary>
    public SchemaResource Resource => resource;

    /// <summary>A keyword's value; false when it is absent, or hidden beside a <c>$ref</c> (drafts before 2019-09).</summary>
    public bool TryGet(string keyword, out JsonElement found) => _keywords.TryGetValue(keyword, out found);

    /// <summary>The fault of a keyword of this schema.</summary>
    public SchemaException Fault(string keyword, string problem) => new($"{pointer}/{keyword}", $"{keyword} {problem}");

    /// <summary>The refusal of a keyword that is not enforced.</summary>
    public SchemaException Unsupported(string keyword, string why = "is not supported") =>
        SchemaException.Unsupported($"{pointer}/{keyword}", keyword, why);

    /// <summary>What a schema has, found once: it is asked for dozens of keywords, of which it has a few.</summary>
    private static Dictionary<string, JsonElement> Keywords(JsonElement value, bool referenceHidesSiblings)
    {
        var keywords = new Dictionary<string, JsonElement>();
        if (value.ValueKind != JsonValueKind.Object)
        {
            return keywords;
        }

        foreach (var member in value.EnumerateObject())
        {
            keywords[member.Name] = member.Value;
        }

        return referenceHidesSiblings && keywords.TryGetValue("$ref", out var reference) ? new() { ["$ref"] = reference } : keywords;
    }
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
