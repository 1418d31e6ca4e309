namespace Rill.Models.Gguf;

/// <summary>An array among a GGUF file's metadata; its items are read when they are asked for.</summary>
internal sealed unsafe class GgufArray
{
    private const int MostItems = 10_000_000;    // as many as ids of tokens

    private readonly string _file;
    private readonly nint _address;
    private readonly long _bytes;

    /// <summary>Passes over an array.</summary>
    /// <exception cref="ModelFormatException">It does not fit the file, or holds arrays.</exception>
    public GgufArray(GgufCursor cursor, string file)
    {
        _file = file;
        ItemType = (GgufValueType)cursor.UInt32();
        var isText = ItemType == GgufValueType.Text;
        Count = cursor.Count(isText ? sizeof(ulong) : GgufValue.SizeOf(ItemType, file));
        var begin = cursor.Position;
        if (isText)
        {
            _address = cursor.Skip(0);
            for (long item = 0; item < Count; item++)
            {
                cursor.SkipText();
            }
        }
        else
        {
            _address = cursor.Skip(Count * GgufValue.SizeOf(ItemType, file));
        }

        _bytes = cursor.Position - begin;
    }

    /// <summary>The type of its items.</summary>
    public GgufValueType ItemType { get; }

    /// <summary>The number of its items.</summary>
    public long Count { get; }

    /// <summary>Its items: text, long, double or bool.</summary>
    public IReadOnlyList<object> Read()
    {
        if (Count > MostItems)
        {
            throw new ModelFormatException($"{_file}: the header has an array of {Count} items, but Rill reads at most {MostItems}.");
        }

        var cursor = new GgufCursor((byte*)_address, _bytes, _file);
        var items = new object[Count];
        for (var item = 0; item < items.Length; item++)
        {
            items[item] = GgufValue.Read(cursor, ItemType, _file);
        }

        return items;
    }
}
