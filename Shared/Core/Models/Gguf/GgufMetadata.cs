namespace Rill.Models.Gguf;

/// <summary>The metadata of a GGUF file by their keys, read with errors that name the file and the key.</summary>
internal sealed class GgufMetadata
{
    private const int MostEntries = 1 << 16;    // published files have some dozens
    private const int FewestBytesOfAnEntry = 13;

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly string _file;

    /// <summary>Reads as many entries as there are.</summary>
    /// <exception cref="ModelFormatException">An entry does not fit the file, or a key occurs twice.</exception>
    public GgufMetadata(GgufCursor cursor, long count, string file)
    {
        _file = file;
        if (count > Math.Min(MostEntries, cursor.Remaining / FewestBytesOfAnEntry))
        {
            throw new ModelFormatException(
                $"{file}: the header claims {count} entries of metadata, which is more than the file can have; it is damaged, download it again.");
        }

        for (long entry = 0; entry < count; entry++)
        {
            var key = cursor.Text();
            if (!_values.TryAdd(key, GgufValue.Read(cursor, (GgufValueType)cursor.UInt32(), file)))
            {
                throw Wrong(key, "occurs twice");
            }
        }
    }

    /// <summary>The keys.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>True when there is such a key.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>A text; null when absent.</summary>
    public string? Text(string key) => _values.GetValueOrDefault(key) switch
    {
        null => null,
        string text => text,
        _ => throw Wrong(key, "must be a text"),
    };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>, of any type; null when absent.</summary>
    public long? Whole(string key, long least = 0, long most = int.MaxValue) => _values.GetValueOrDefault(key) switch
    {
        null => null,
        long number when number >= least && number <= most => number,
        _ => throw Wrong(key, $"must be a whole number from {least} to {most}"),
    };

    /// <summary>A finite number of any type; null when absent.</summary>
    public double? Number(string key) => _values.GetValueOrDefault(key) switch
    {
        null => null,
        double number when double.IsFinite(number) => number,
        long number => number,
        _ => throw Wrong(key, "must be a number"),
    };

    /// <summary>A switch; null when absent.</summary>
    public bool? Flag(string key) => _values.GetValueOrDefault(key) switch
    {
        null => null,
        bool flag => flag,
        _ => throw Wrong(key, "must be true or false"),
    };

    /// <summary>An array's items; null when absent.</summary>
    /// <typeparam name="T">string, long, double or bool.</typeparam>
    public IReadOnlyList<T>? Items<T>(string key) => _values.GetValueOrDefault(key) switch
    {
        null => null,
        GgufArray array when array.Read() is var items && items.All(item => item is T) => [.. items.Cast<T>()],
        _ => throw Wrong(key, $"must be an array of {typeof(T).Name}"),
    };

    /// <summary>True when the value is an array.</summary>
    public bool IsArray(string key) => _values.GetValueOrDefault(key) is GgufArray;

    /// <summary>What to throw for a wrong value; the text follows the key.</summary>
    public ModelFormatException Wrong(string key, string fault) => new($"{_file}: the metadata's {key} {fault}.");
}
