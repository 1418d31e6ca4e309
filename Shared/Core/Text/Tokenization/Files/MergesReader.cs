using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads model.merges: an array of "left right" or ["left", "right"], the first merge first.</summary>
internal sealed class MergesReader
{
    private readonly TokenizerSource _source;
    private readonly JsonText _text = new();

    // The current merge's two tokens, side by side.
    private byte[] _pair = new byte[512];

    private MergesReader(TokenizerSource source) => _source = source;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(ReadOnlySpan<byte> json, TokenizerSource source)
    {
        // A merge takes one string or two, and a string two quotation marks or more.
        source.Merges = new(json.Count((byte)'"') / 2);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw source.Broken("model.merges is not an array");
        }

        var merges = new MergesReader(source);
        for (var rank = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; rank++)
        {
            merges.ReadMerge(ref reader, rank);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadMerge(ref Utf8JsonReader reader, int rank)
    {
        var (left, right) = reader.TokenType switch
        {
            JsonTokenType.String => CopyJoined(_text.Read(ref reader)),
            JsonTokenType.StartArray => CopyParts(ref reader),
            _ => throw _source.Broken("a merge is neither a string nor an array"),
        };
        if (left == 0 || right == 0)
        {
            throw _source.Broken($"merge {rank} is not a pair of tokens");
        }

        AddMerge(left, right, rank);
    }

    /// <summary>Copies "left right"; lengths of 0 when it is something else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Left, int Right) CopyJoined(ReadOnlySpan<byte> merge)
    {
        var space = merge.IndexOf((byte)' ');
        if (space <= 0 || merge[(space + 1)..].Contains((byte)' '))
        {
            return (0, 0);
        }

        Append(merge[..space], at: 0);
        Append(merge[(space + 1)..], at: space);
        return (space, merge.Length - space - 1);
    }

    /// <summary>Copies ["left", "right"]; lengths of 0 when it is something else.</summary>
    private (int Left, int Right) CopyParts(ref Utf8JsonReader reader)
    {
        var (count, left, total) = (0, 0, 0);
        for (; reader.Read() && reader.TokenType == JsonTokenType.String; count++)
        {
            left = count == 1 ? total : left;
            var part = _text.Read(ref reader);
            Append(part, total);
            total += part.Length;
        }

        return count == 2 && reader.TokenType == JsonTokenType.EndArray ? (left, total - left) : (0, 0);
    }

    private void Append(ReadOnlySpan<byte> bytes, int at)
    {
        if (_pair.Length < at + bytes.Length)
        {
            Array.Resize(ref _pair, (at + bytes.Length) * 2);
        }

        bytes.CopyTo(_pair.AsSpan(at));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddMerge(int left, int right, int rank)
    {
        if (_source.SpellsBytes && !TrySpell(ref left, ref right))
        {
            // No bytes spell such a token, so that its merge can never happen.
            return;
        }

        var merged = _pair.AsSpan(0, left + right);
        var (first, second, result) =
            (_source.Tokens.Find(merged[..left]), _source.Tokens.Find(merged[left..]), _source.Tokens.Find(merged));
        if (first < 0 || second < 0 || result < 0)
        {
            var text = $"{Encoding.UTF8.GetString(merged[..left])} + {Encoding.UTF8.GetString(merged[left..])}";
            throw _source.Broken($"merge {rank} ({text}) names a token that is not in model.vocab");
        }

        _source.Merges.Add(first, second, result, rank);
        _source.Seams.Join(merged[..left], merged[left..]);
    }

    private bool TrySpell(ref int left, ref int right)
    {
        // Decoding shortens, so that it may overwrite what it has read.
        if (!ByteAlphabet.TryDecode(_pair.AsSpan(0, left), _pair, out var first)
            || !ByteAlphabet.TryDecode(_pair.AsSpan(left, right), _pair.AsSpan(first), out var second))
        {
            return false;
        }

        (left, right) = (first, second);
        return true;
    }
}
