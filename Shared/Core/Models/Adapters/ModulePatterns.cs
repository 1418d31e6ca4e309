using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.Models.Adapters;

/// <summary>
/// Values for some modules (rank_pattern, alpha_pattern): the first key for which (.*\.)?KEY matches all of a module's path holds, as in PEFT.
/// Keys are usually names, which are compared; the few that are more are expressions that take time in proportion to the path.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class ModulePatterns<T> where T : struct
{
    private const int MostKeys = 1 << 13;    // a key for each matrix of the largest published models
    private const int MostExpressions = 64;
    private const int MostKeyLength = 512;

    private readonly List<(string Key, Regex? Expression, T Value)> _entries = [];
    private int _expressions;

    /// <summary>Reads an object from keys to values; none where the field is absent or null.</summary>
    /// <param name="root">The configuration.</param>
    /// <param name="name">The field.</param>
    /// <param name="read">Reads a value; its first argument names it in errors.</param>
    /// <exception cref="ModelFormatException">It is no such object, or has too many or too long keys.</exception>
    public static ModulePatterns<T> Read(JsonElement root, string name, Func<string, JsonElement, T> read)
    {
        var patterns = new ModulePatterns<T>();
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return patterns;
        }

        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > MostKeys)
        {
            throw AdapterFields.Wrong(name, value, $"an object of at most {MostKeys} modules");
        }

        foreach (var entry in value.EnumerateObject())
        {
            patterns.Add(name, entry.Name, read($"{name}.{entry.Name}", entry.Value));
        }

        return patterns;
    }

    /// <summary>The value for a module; null where no key matches.</summary>
    public T? Find(string module)
    {
        foreach (var (key, expression, value) in _entries)
        {
            if (expression?.IsMatch(module) ?? IsEnd(key, module))
            {
                return value;
            }
        }

        return null;
    }

    private void Add(string name, string key, T value)
    {
        if (key.Length > MostKeyLength)
        {
            throw new ModelFormatException(
                $"{ModelFileNames.AdapterConfig}: {name} has a key of {key.Length} characters; at most {MostKeyLength} are read.");
        }

        var expression = IsName(key) ? null : Expression(name, key);
        if (expression is not null && ++_expressions > MostExpressions)
        {
            throw new ModelFormatException(
                $"{ModelFileNames.AdapterConfig}: {name} has more than {MostExpressions} keys that are expressions; write module names.");
        }

        _entries.Add((key, expression, value));
    }

    private static Regex Expression(string name, string key)
    {
        try
        {
            return new Regex($@"^(?:.*\.)?(?:{key})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new ModelFormatException(
                $"{ModelFileNames.AdapterConfig}: {name} has the key '{ModelConfig.Shorten(key)}', which is no regular expression that is supported; "
                + "write module names.",
                error);
        }
    }

    private static bool IsName(string key) => key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');

    private static bool IsEnd(string key, string module) => module.Length == key.Length
        ? Same(key, module)
        : module.Length > key.Length && module[^(key.Length + 1)] == '.' && Same(key, module.AsSpan(module.Length - key.Length));

    /// <summary>A dot of an expression is any character.</summary>
    private static bool Same(ReadOnlySpan<char> key, ReadOnlySpan<char> end)
    {
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != end[i] && key[i] != '.')
            {
                return false;
            }
        }

        return true;
    }
}
