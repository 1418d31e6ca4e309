using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rill.OpenAI;

/// <summary>Reads requests to load and unload adapters from their JSON, by the rules of <see cref="ChatRequestReader"/>.</summary>
public static class AdapterRequestReader
{
    /// <summary>Most characters of an adapter's name.</summary>
    public const int LongestName = 256;

    /// <summary>Reads a request to load; exactly one of the two results is set.</summary>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out LoadAdapterRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, ReadLoad, out request, out error);

    /// <summary>Reads a request to unload; exactly one of the two results is set.</summary>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out UnloadAdapterRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, fields => new UnloadAdapterRequest(Name(fields)), out request, out error);

    /// <summary>True for a name that models may have.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.Any(char.IsControl);

    private static LoadAdapterRequest ReadLoad(JsonField fields)
    {
        var name = Name(fields);
        if (fields["load_inplace"] is { } inPlace && inPlace.Bool() == true)
        {
            inPlace.RefuseUnsupported("load_inplace is not supported: unload the adapter first, or load the new one under another name.");
        }

        return new(name, Text(fields["lora_path"]));
    }

    private static string Name(JsonField fields)
    {
        var field = fields["lora_name"];
        var name = Text(field);
        if (name.Length > 0 && !IsName(name))
        {
            field.Refuse($"must have at most {LongestName} characters, none of them a control character.");
        }

        return name;
    }

    private static string Text(JsonField field)
    {
        var text = field.String() ?? "";
        if (text.Length == 0)
        {
            field.Miss();
        }

        return text;
    }
}
