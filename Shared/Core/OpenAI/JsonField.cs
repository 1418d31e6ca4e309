using System.Globalization;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// A member of the request's JSON together with its path, read leniently where clients differ (null is absent, 5.0 is a whole number)
/// and strictly otherwise: a wrong type is reported under the path, and the reading method returns as if the member were absent.
/// </summary>
internal readonly struct JsonField(JsonElement value, string path, FieldErrors errors)
{
    public string Path => path;

    public JsonElement Value => value;

    public bool IsPresent => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A member of this object; the last one where the name is repeated.</summary>
    public JsonField this[string name] =>
        new(value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default,
            path.Length == 0 ? name : $"{path}.{name}", errors);

    /// <summary>True when this is an object or absent.</summary>
    public bool CheckObject() => !IsPresent || Expect("an object", JsonValueKind.Object);

    public bool? Bool() => IsPresent && Expect("a boolean", JsonValueKind.True, JsonValueKind.False) ? value.GetBoolean() : null;

    public string? String()
    {
        if (!IsPresent || !Expect("a string", JsonValueKind.String))
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            Refuse("must be valid Unicode text, but it holds an unpaired surrogate or a broken UTF-8 sequence.");
            return null;
        }
    }

    public float? Number()
    {
        if (!IsPresent || !Expect("a number", JsonValueKind.Number))
        {
            return null;
        }

        var number = (float)value.GetDouble();
        if (float.IsFinite(number))
        {
            return number;
        }

        Refuse("is too large for a number.");
        return null;
    }

    /// <summary>A whole number; one beyond an int's range becomes the nearest int, so that the field's own range decides on it.</summary>
    public int? Int()
    {
        if (!IsPresent || !Expect("a whole number", JsonValueKind.Number))
        {
            return null;
        }

        var number = value.GetDouble();
        if (number == Math.Floor(number))
        {
            return (int)Math.Clamp(number, int.MinValue, int.MaxValue);
        }

        Refuse("must be a whole number.");
        return null;
    }

    public long? Long()
    {
        if (!IsPresent || !Expect("a whole number", JsonValueKind.Number))
        {
            return null;
        }

        if (value.TryGetInt64(out var number))
        {
            return number;
        }

        // Some languages write whole numbers as 5.0; beyond 2^53 such a form is not exact.
        const double exact = 1L << 53;
        if (value.GetDouble() is var real && real == Math.Floor(real) && Math.Abs(real) <= exact)
        {
            return (long)real;
        }

        Refuse("must be a whole number of at most 64 bits.");
        return null;
    }

    /// <summary>Reads every entry of an array; null when absent. Entries that are null, and more than <paramref name="most"/>, are refused.</summary>
    public IReadOnlyList<T>? Array<T>(Func<JsonField, T?> read, int most = int.MaxValue)
    {
        if (!IsPresent || !Expect("an array", JsonValueKind.Array) || !CheckCount(value.GetArrayLength(), most))
        {
            return null;
        }

        var items = new List<T>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            var entry = new JsonField(element, string.Create(CultureInfo.InvariantCulture, $"{path}[{items.Count}]"), errors);
            if (!entry.IsPresent)
            {
                entry.Refuse("must not be null.");
            }

            if (errors.First is not null || read(entry) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return items;
    }

    /// <summary>Reads an array of token ids; null when absent. Whether the model has them is not looked at.</summary>
    public IReadOnlyList<int>? TokenIds()
    {
        if (!IsPresent || !Expect("an array", JsonValueKind.Array))
        {
            return null;
        }

        var ids = new List<int>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var id) || id < 0)
            {
                Refuse(string.Create(CultureInfo.InvariantCulture, $"must hold token ids alone, but entry {ids.Count} is none."));
                return null;
            }

            ids.Add(id);
        }

        return ids;
    }

    /// <summary>True when a list has at most so many entries.</summary>
    public bool CheckCount(int count, int most)
    {
        if (count <= most)
        {
            return true;
        }

        Refuse(string.Create(CultureInfo.InvariantCulture, $"must have at most {most} entries."));
        return false;
    }

    /// <summary>The members of this object with their names, repeated ones too.</summary>
    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        foreach (var member in value.EnumerateObject())
        {
            yield return (member.Name, new JsonField(member.Value, $"{path}.{member.Name}", errors));
        }
    }

    /// <summary>Reports this member with a sentence that begins with its path.</summary>
    public void Refuse(string rest) => errors.Add(ApiError.InvalidValue(path.Length == 0 ? null : path, $"{Subject} {rest}"));

    /// <summary>Reports this member as required.</summary>
    public void Miss() => errors.Add(ApiError.MissingParameter(path));

    /// <summary>Reports this member as something that this server does not do.</summary>
    public void RefuseUnsupported(string message) => errors.Add(ApiError.UnsupportedParameter(path, message));

    /// <summary>Reports this member under a code that clients know, with a sentence that begins with its path.</summary>
    public void RefuseAs(string code, string rest) => errors.Add(ApiError.InvalidValue(path, $"{path} {rest}") with { Code = code });

    private string Subject => path.Length == 0 ? "The request body" : path;

    private bool Expect(string wanted, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (kinds.Contains(value.ValueKind))
        {
            return true;
        }

        Refuse($"must be {wanted}, but it is {Describe(value.ValueKind)}.");
        return false;
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}

/// <summary>Keeps the first error met while a request's fields are read, so that reading can go straight on.</summary>
internal sealed class FieldErrors
{
    public ApiError? First { get; private set; }

    public void Add(ApiError error) => First ??= error;
}
