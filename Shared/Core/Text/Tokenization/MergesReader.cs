using System.Text;
using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>Reads model.merges: an array of "left right" or ["left", "right"], the first merge first.</summary>
internal static class MergesReader
{
    public static void Read(ReadOnlySpan<byte> json, TokenizerSource source)
    {
        // A merge takes at least six bytes of JSON ("a b",), which bounds their number.
        source.Merges = new(Count(json));
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw source.Broken("model.merges is not an array");
        }

        var text = new JsonText();
        var pair = new byte[512];
        for (var rank = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; rank++)
        {
            var length = CopyPair(ref reader, text, ref pair, source);
            AddMerge(pair.AsSpan(0, length), rank, source);
        }
    }

    private static int Count(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var count = 0;
        while (reader.Read())
        {
            count += reader.TokenType is JsonTokenType.String ? 1 : 0;
        }

        return count;
    }

    /// <summary>Copies the current merge as "left right" in UTF-8 and returns its length.</summary>
    private static int CopyPair(ref Utf8JsonReader reader, JsonText text, ref byte[] pair, TokenizerSource source)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return Append(text.Read(ref reader), ref pair, at: 0);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw source.Broken("a merge is neither a string nor an array");
        }

        var length = 0;
        for (var part = 0; reader.Read() && reader.TokenType == JsonTokenType.String; part++)
        {
            length = part == 0 ? 0 : Append(" "u8, ref pair, length);
            length = Append(text.Read(ref reader), ref pair, length);
        }

        return length;
    }

    private static int Append(ReadOnlySpan<byte> bytes, ref byte[] buffer, int at)
    {
        if (buffer.Length < at + bytes.Length)
        {
            Array.Resize(ref buffer, (at + bytes.Length) * 2);
        }

        bytes.CopyTo(buffer.AsSpan(at));
        return at + bytes.Length;
    }

    private static void AddMerge(Span<byte> pair, int rank, TokenizerSource source)
    {
        var space = pair.IndexOf((byte)' ');
        if (space <= 0 || space == pair.Length - 1 || pair[(space + 1)..].Contains((byte)' '))
        {
            throw source.Broken($"merge {rank} is not a pair of tokens");
        }

        // Decoding shortens, so that it may overwrite what it has read; afterwards the two tokens lie side by side.
        if (!ByteAlphabet.TryDecode(pair[..space], pair, out var left)
            || !ByteAlphabet.TryDecode(pair[(space + 1)..], pair[left..], out var right))
        {
            // No bytes spell such a token, so that its merge can never happen.
            return;
        }

        var (first, second) = (source.Tokens.Find(pair[..left]), source.Tokens.Find(pair.Slice(left, right)));
        var merged = source.Tokens.Find(pair[..(left + right)]);
        if (first < 0 || second < 0 || merged < 0)
        {
            var text = $"{Encoding.UTF8.GetString(pair[..left])} + {Encoding.UTF8.GetString(pair.Slice(left, right))}";
            throw source.Broken($"merge {rank} ({text}) names a token that is not in model.vocab");
        }

        source.Merges.Add(first, second, merged, rank);
    }
}
