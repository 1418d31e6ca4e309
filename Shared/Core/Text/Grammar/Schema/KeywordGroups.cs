using System.Collections.Frozen;

namespace Rill.Text.Grammar.Schema;

/// <summary>What the keywords of a schema are about: most schemas have those of one or two groups, and need not be asked for the others.</summary>
[Flags]
internal enum KeywordGroups
{
    /// <summary>Annotations, <c>type</c>, and what is no keyword.</summary>
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
}

/// <summary>The groups of keywords by their names.</summary>
internal static class Keywords
{
    private static readonly FrozenDictionary<string, KeywordGroups> s_groups = Groups().ToFrozenDictionary();

    /// <summary>The group of a keyword; none of a name that is no keyword.</summary>
    public static KeywordGroups GroupOf(string name) => s_groups.GetValueOrDefault(name);

    private static Dictionary<string, KeywordGroups> Groups()
    {
        var groups = new Dictionary<string, KeywordGroups>();
        Add(KeywordGroups.Unsupported, [.. KeywordReader.Unsupported, .. KeywordReader.UnsupportedInOldDrafts]);
        Add(KeywordGroups.Number, ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
        Add(KeywordGroups.String, ["minLength", "maxLength", "pattern", "format"]);
        Add(KeywordGroups.Array,
            ["minItems", "maxItems", "items", "prefixItems", "additionalItems", "uniqueItems", "contains", "minContains", "maxContains"]);
        Add(KeywordGroups.Object,
            ["properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties"]);
        Add(KeywordGroups.Object, ["dependencies", "dependentRequired", "dependentSchemas"]);
        Add(KeywordGroups.Combined, ["not", "anyOf", "oneOf", "if"]);
        Add(KeywordGroups.Listed, ["const", "enum", "$ref"]);
        Add(KeywordGroups.Combined | KeywordGroups.Listed, ["allOf"]);
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
