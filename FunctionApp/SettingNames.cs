using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Rill.FunctionApp;

/// <summary>
/// Refuses settings that nobody reads: a mistyped name would otherwise leave a default in force, which for a key means an open endpoint.
/// </summary>
internal static class SettingNames
{
    private const string ListEntry = "0";

    /// <summary>Checks every name below the section that the options are read from.</summary>
    /// <param name="root">The section <c>Rill</c>.</param>
    /// <param name="free">Sections whose names are whatever the person who sets them likes.</param>
    /// <param name="sections">Options, each with the section that it is read from, such as <c>Rill:Engine</c>.</param>
    /// <exception cref="StartFailureException">A name is not known; the message says which is meant most likely.</exception>
    public static void Check(IConfigurationSection root, string[] free, params ReadOnlySpan<(string Section, Type Options)> sections)
    {
        var known = new List<string>();
        foreach (var (section, options) in sections)
        {
            known.AddRange(NamesOf(options, section));
        }

        foreach (var name in Set(root))
        {
            if (!Array.Exists(free, section => IsIn(section, name)) && !known.Any(candidate => IsNamed(name, candidate)))
            {
                var nearest = known.MinBy(candidate => SameEnd(name, candidate) ? 0 : Distance(name, candidate))!;
                throw new StartFailureException($"the setting {Variable(name)} is not known; did you mean {Variable(nearest)}?");
            }
        }
    }

    /// <summary>
    /// Refuses a name beside the section whose letters are those of a list in it, such as <c>Rill_ApiKeys__0</c>: nobody reads it. Only for a
    /// list whose name nothing else has; variables of scripts and of other programs begin with <c>RILL_</c> too.
    /// </summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="section">The section.</param>
    /// <param name="list">The list's name in it.</param>
    /// <exception cref="StartFailureException">There is such a name; the message says which is meant.</exception>
    public static void CheckBeside(IConfiguration configuration, string section, string list)
    {
        foreach (var name in configuration.GetChildren().Select(child => child.Key).Where(name => !name.Equals(section, StringComparison.OrdinalIgnoreCase)))
        {
            if (string.Concat(name.Where(char.IsLetter)).Equals(section + list, StringComparison.OrdinalIgnoreCase))
            {
                throw new StartFailureException($"the setting {name} is not known; did you mean {section}__{list}__{ListEntry}?");
            }
        }
    }

    /// <summary>The names below a section that are set, to nothing as well: a variable that was empty when the app was started.</summary>
    private static IEnumerable<string> Set(IConfigurationSection section) =>
        (section.Value is not null ? [section.Path] : Enumerable.Empty<string>()).Concat(section.GetChildren().SelectMany(Set));

    /// <summary>The names under which an options class can be set; a list's first entry stands for all of them.</summary>
    private static IEnumerable<string> NamesOf(Type options, string section) => options.GetProperties()
        .Where(property => property.CanWrite)
        .SelectMany(property => (property.PropertyType, Name: $"{section}:{property.Name}") switch
        {
            (_, var name) when property.IsDefined(typeof(ValidateObjectMembersAttribute)) => NamesOf(property.PropertyType, name),
            (var type, var name) when type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) => [$"{name}:{ListEntry}"],
            (_, var name) => [name],
        });

    private static bool IsNamed(string name, string candidate) =>
        name.Equals(candidate, StringComparison.OrdinalIgnoreCase)
        || (candidate.EndsWith($":{ListEntry}", StringComparison.Ordinal)
            && name.LastIndexOf(':') == candidate.Length - 2
            && name.StartsWith(candidate[..^1], StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name.AsSpan(candidate.Length - 1), out _));

    private static bool IsIn(string section, string name) =>
        name.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase) && name.LastIndexOf(':') == section.Length;

    /// <summary>Whether the two differ in their sections alone.</summary>
    private static bool SameEnd(string name, string candidate) =>
        name[(name.LastIndexOf(':') + 1)..] is var end && end != ListEntry && candidate.EndsWith($":{end}", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name as an environment variable has it.</summary>
    private static string Variable(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Levenshtein's distance, letters' case aside.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1));
            }
        }

        return row[^1];
    }
}
