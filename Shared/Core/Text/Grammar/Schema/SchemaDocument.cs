using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Rill.Text.Grammar.Schema;

/// <summary>A JSON Schema with all its parts, by place and by address. References to other documents are refused: nothing is fetched.</summary>
internal sealed class SchemaDocument
{
    private static readonly Uri s_noAddress = new("rill:///schema");
    private static readonly string[] s_childMaps = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];
    private static readonly string[] s_oldDrafts = ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"];
    private static readonly string[] s_childLists = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
    private static readonly string[] s_children =
        ["not", "if", "then", "else", "items", "additionalItems", "contains", "additionalProperties", "propertyNames"];

    private static readonly JsonElement s_true = JsonElement.Parse("true");

    private readonly SchemaResource _top;
    private readonly Dictionary<string, SchemaNode> _nodes = [];
    private readonly Dictionary<string, SchemaResource> _resources = [];
    private readonly Dictionary<string, string> _anchors = [];
    private readonly Dictionary<string, SchemaResource> _resourceAt = [];

    /// <summary>Reads a document's addresses; its keywords are read where they are needed.</summary>
    /// <exception cref="SchemaException">It is no schema.</exception>
    public SchemaDocument(JsonElement root)
    {
        var top = new SchemaResource(s_noAddress, root, "#", HidesSiblings(root, false));
        _resources[s_noAddress.AbsoluteUri] = top;
        _top = top;
        if (MayHaveAddresses(root, top.ReferenceHidesSiblings))
        {
            Register(root, "#", top);
        }

        Root = Node(root, "#");
        Anything = new SchemaNode(_nodes.Count, s_true, "#", top);
        _nodes.Add("", Anything);
    }

    /// <summary>The whole.</summary>
    public SchemaNode Root { get; }

    /// <summary>The schema that every value obeys.</summary>
    public SchemaNode Anything { get; }

    /// <summary>The claim that no value fulfils.</summary>
    public Claim Nothing => new(Anything, Holds: false);

    /// <summary>A part of a schema: the value of a keyword, a member or an item of it.</summary>
    public SchemaNode Child(SchemaNode parent, JsonElement value, string keyword, string? member = null) =>
        Node(value, member is null ? $"{parent.Pointer}/{keyword}" : $"{parent.Pointer}/{keyword}/{Escape(member)}");

    /// <summary>The parts in a keyword's list.</summary>
    public IEnumerable<SchemaNode> Children(SchemaNode parent, JsonElement list, string keyword) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Select((item, index) => Child(parent, item, keyword, index.ToString(CultureInfo.InvariantCulture)))
        : throw parent.Fault(keyword, "must be an array of schemas");

    /// <summary>What a reference of a schema refers to.</summary>
    public SchemaNode Resolve(SchemaNode from, JsonElement reference)
    {
        var text = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw from.Fault("$ref", "must be a string");
        var mark = text.IndexOf('#', StringComparison.Ordinal);
        var (address, fragment) = mark < 0 ? (text, "") : (text[..mark], Uri.UnescapeDataString(text[(mark + 1)..]));
        var resource = address.Length == 0 ? from.Resource
            : Uri.TryCreate(from.Resource.Address, address, out var target) && _resources.TryGetValue(target.AbsoluteUri, out var known) ? known
            : throw from.Unsupported("$ref", $"to {text} is not supported: only references within the schema are");
        return fragment.Length == 0 || fragment[0] == '/'
            ? At(from, resource, fragment)
            : _anchors.TryGetValue($"{resource.Address.AbsoluteUri}#{fragment}", out var pointer) ? _nodes[pointer]
            : throw from.Fault("$ref", $"refers to {text}, which is not there");
    }

    private SchemaNode At(SchemaNode from, SchemaResource resource, string fragment)
    {
        var value = resource.Root;
        foreach (var escaped in fragment.Split('/').Skip(1))
        {
            var part = escaped.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = value.ValueKind switch
            {
                JsonValueKind.Object => value.TryGetProperty(part, out value),
                JsonValueKind.Array when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < value.GetArrayLength() => (value = value[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
            {
                throw from.Fault("$ref", $"refers to #{fragment}, which is not there");
            }
        }

        return Node(value, resource.Pointer + fragment);
    }

    private SchemaNode Node(JsonElement value, string pointer)
    {
        if (_nodes.TryGetValue(pointer, out var node))
        {
            return node;
        }

        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
        {
            throw new SchemaException(pointer, "a schema must be an object or a boolean");
        }

        node = new(_nodes.Count, value, pointer, ResourceOf(pointer));
        _nodes.Add(pointer, node);
        return node;
    }

    private SchemaResource ResourceOf(string pointer)
    {
        var resourceAt = _resourceAt.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var end = pointer.Length; end > 0 && _resourceAt.Count > 0; end = pointer.LastIndexOf('/', end - 1))
        {
            if (resourceAt.TryGetValue(pointer.AsSpan(0, end), out var resource))
            {
                return resource;
            }
        }

        return _top;
    }

    /// <summary>False where no schema can have an address or an anchor: most documents need not be searched for them.</summary>
    private static bool MayHaveAddresses(JsonElement root, bool isOld)
    {
        var text = JsonMarshal.GetRawUtf8Value(root);
        return text.IndexOf("\"$id\""u8) >= 0 || text.IndexOf("\"$anchor\""u8) >= 0 || (isOld && text.IndexOf("\"id\""u8) >= 0)
            || text.IndexOf("\\u"u8) >= 0;    // a name with an escape in it
    }

    /// <summary>Notes the addresses and anchors of a schema and of all below it.</summary>
    private void Register(JsonElement value, string pointer, SchemaResource resource)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        resource = Named(value, pointer, resource);
        if (TextOf(value, "$anchor") is { } anchor)
        {
            _anchors.TryAdd($"{resource.Address.AbsoluteUri}#{anchor}", pointer);
            _resourceAt.TryAdd(pointer, resource);
            Node(value, pointer);
        }

        foreach (var member in value.EnumerateObject())
        {
            RegisterMember(member, $"{pointer}/{Escape(member.Name)}", resource);
        }
    }

    private SchemaResource Named(JsonElement value, string pointer, SchemaResource resource)
    {
        var id = TextOf(value, "$id") ?? (resource.ReferenceHidesSiblings ? TextOf(value, "id") : null);
        if (id is null || (resource.ReferenceHidesSiblings && value.TryGetProperty("$ref", out _)))
        {
            return resource;
        }

        if (id.StartsWith('#'))
        {
            _anchors.TryAdd(resource.Address.AbsoluteUri + id, pointer);
            Node(value, pointer);
            return resource;
        }

        if (!Uri.TryCreate(resource.Address, id.TrimEnd('#'), out var address))
        {
            return resource;
        }

        resource = new(address, value, pointer, HidesSiblings(value, resource.ReferenceHidesSiblings));
        _resources.TryAdd(address.AbsoluteUri, resource);
        _resourceAt[pointer] = resource;
        return resource;
    }

    private void RegisterMember(JsonProperty member, string pointer, SchemaResource resource)
    {
        if (member.Value.ValueKind == JsonValueKind.Object && s_childMaps.Contains(member.Name))
        {
            foreach (var child in member.Value.EnumerateObject())
            {
                Register(child.Value, $"{pointer}/{Escape(child.Name)}", resource);
            }
        }
        else if (member.Value.ValueKind == JsonValueKind.Array && s_childLists.Contains(member.Name))
        {
            var index = 0;
            foreach (var child in member.Value.EnumerateArray())
            {
                Register(child, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), resource);
            }
        }
        else if (s_children.Contains(member.Name))
        {
            Register(member.Value, pointer, resource);
        }
    }

    /// <summary>Whether a schema that names its draft, or lies in one that does, is of a draft in which <c>$ref</c> stands alone.</summary>
    private static bool HidesSiblings(JsonElement schema, bool inherited) => TextOf(schema, "$schema") is { } draft
        ? s_oldDrafts.Any(old => draft.Contains(old, StringComparison.Ordinal))
        : inherited;

    private static string? TextOf(JsonElement schema, string name) => schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
