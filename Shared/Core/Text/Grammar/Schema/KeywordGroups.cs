using System.Collections.Frozen;

namespace Rill.Text.Grammar.Schema;

/// <summary>What the keywords of a schema are about: most schemas have those of one or two groups, and need not be asked for the others.</summary>
[Flags]
internal enum KeywordGroups
{
    /// <summary><c>type</c>, and what says something beside others only.</summary>
    None = 0,

    /// <summary>Those that are not enforced, in some drafts or in all.</summary>
    Unsupported = 1,

    /// <summary>What numbers are.</summary>
    Number = 2,

    /// <summary>What strings are.</summary>
    String = 4,

    /// <summary>What arrays are.</summary>
    Array = 8,

    /// <summary>What objects are.</summary>
    Object = 16,

    /// <summary>Those that put schemas together.</summary>
    Combined = 32,

    /// <summary>Those by which a schema may list values, by itself or elsewhere.</summary>
    Listed = 64,

    /// <summary>Those of arrays and objects that few schemas have.</summary>
    Rare = 128,

    /// <summary>All of them.</summary>
    All = 255,

    /// <summary>Those without which a schema can be met in one way alone, and says nothing of what numbers and strings are.</summary>
    NotPlain = Unsupported | Number | String | Combined | Listed | Rare,
}

/// <summary>The groups of keywords by their names.</summary>
internal static class Keywords
{
    private static readonly FrozenDictionary<string, KeywordGroups> s_groups = Groups().ToFrozenDictionary();

    /// <summary>The group of a keyword; false for a name that says nothing of values.</summary>
    public static bool TryGetGroup(string name, out KeywordGroups group) => s_groups.TryGetValue(name, out group);

    private static Dictionary<string, KeywordGroups> Groups()
    {
        var groups = new Dictionary<string, KeywordGroups>();
        Add(KeywordGroups.Unsupported, [.. KeywordReader.Unsupported, .. KeywordReader.UnsupportedInOldDrafts]);
        Add(KeywordGroups.Number, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
        Add(KeywordGroups.String, ["minLength", "maxLength", "pattern", "format"]);
        Add(KeywordGroups.Array, ["minItems", "maxItems", "items"]);
        Add(KeywordGroups.Array | KeywordGroups.Rare, ["prefixItems", "additionalItems", "uniqueItems", "contains", "minContains", "maxContains"]);
        Add(KeywordGroups.Object, ["properties", "additionalProperties", "required"]);
        Add(KeywordGroups.Object | KeywordGroups.Rare, ["patternProperties", "propertyNames", "minProperties", "maxProperties"]);
        Add(KeywordGroups.Object | KeywordGroups.Rare, ["dependencies", "dependentRequired", "dependentSchemas"]);
        Add(KeywordGroups.Combined, ["not", "anyOf", "oneOf", "if"]);
        Add(KeywordGroups.Listed, ["const", "enum", "$ref"]);
        Add(KeywordGroups.Combined | KeywordGroups.Listed, ["allOf"]);
        Add(KeywordGroups.None, ["type", "then", "else"]);
        return groups;

        void Add(KeywordGroups group, IEnumerable<string> keywords)
        {
            foreach (var keyword in keywords)
            {
                groups.Add(keyword, group);
            }
        }
    }
}
