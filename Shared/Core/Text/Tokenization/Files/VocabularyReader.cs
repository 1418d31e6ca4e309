using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads model.vocab: an object from token text to id.</summary>
internal static class VocabularyReader
{
    private const int LargestId = 10_000_000;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(ReadOnlySpan<byte> json, TokenizerSource source)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw source.Broken("model.vocab is not an object");
        }

        // A token takes two quotation marks or more.
        source.Tokens.EnsureCapacity(json.Count((byte)'"') / 2);
        var text = new JsonText();
        var bytes = new byte[256];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = text.Read(ref reader);
            if (bytes.Length < token.Length)
            {
                bytes = new byte[token.Length * 2];
            }

            var isSpelled = TrySpell(token, bytes, source, out var length);

            // The text may lie in a buffer that the next read uses again, but its bytes are now copied.
            reader.Read();
            if (!reader.TryGetInt32(out var id) || id is < 0 or > LargestId)
            {
                throw source.Broken($"model.vocab gives a token an id that is no integer in [0, {LargestId}]");
            }

            source.Tokens.Add(id, bytes.AsSpan(0, length), isSpelled);
            source.VocabularyCount++;
            if (!isSpelled)
            {
                source.UnspelledTokens[Encoding.UTF8.GetString(bytes, 0, length)] = id;
            }
        }
    }

    /// <summary>Writes what a token stands for; false, and its text, when no bytes spell it.</summary>
    private static bool TrySpell(ReadOnlySpan<byte> token, byte[] bytes, TokenizerSource source, out int length)
    {
        if (source.SpellsBytes && ByteAlphabet.TryDecode(token, bytes, out length) && length > 0)
        {
            return true;
        }

        token.CopyTo(bytes);
        length = token.Length;
        return !source.SpellsBytes && length > 0;
    }
}
