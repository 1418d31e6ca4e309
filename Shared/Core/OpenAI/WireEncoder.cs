using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Rill.OpenAI;

/// <summary>
/// Escapes only what one-line JSON text needs: quote, backslash, control characters, and the separators U+2028 and U+2029, which some
/// readers take for line ends. Everything else stays literal, emoji too, which the framework's relaxed encoder escapes. Unpaired
/// surrogates become U+FFFD, since the .NET client throws on them (contract M18).
/// </summary>
public sealed class WireEncoder : JavaScriptEncoder
{
    private const string Escaped =
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\u007F\u2028\u2029";

    private static readonly SearchValues<char> _special = SearchValues.Create(Escaped + Surrogates());

    private WireEncoder()
    {
    }

    /// <summary>The encoder, which has no state.</summary>
    public static WireEncoder Instance { get; } = new();

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <summary>Appends the JSON form of a text, without quotes, as UTF-8.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (text.Length > 0)
        {
            var plain = FindSpecial(text);
            if (plain < 0)
            {
                Encoding.UTF8.GetBytes(text, output);
                return;
            }

            Encoding.UTF8.GetBytes(text[..plain], output);
            Rune.DecodeFromUtf16(text[plain..], out var rune, out var consumed);
            WriteEscape(output, rune);
            text = text[(plain + consumed)..];
        }
    }

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => unicodeScalar <= 0x2029 && Escaped.Contains((char)unicodeScalar);

    /// <inheritdoc/>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) => FindSpecial(new ReadOnlySpan<char>(text, textLength));

    /// <inheritdoc/>
    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar))
        {
            return new Rune(unicodeScalar).TryEncodeToUtf16(target, out numberOfCharactersWritten);
        }

        var escape = Escape(unicodeScalar);
        var fits = escape.TryCopyTo(target);
        numberOfCharactersWritten = fits ? escape.Length : 0;
        return fits;
    }

    /// <summary>Index of the first character to escape or to replace, or -1. Well-formed surrogate pairs are passed over.</summary>
    private static int FindSpecial(ReadOnlySpan<char> text)
    {
        var index = 0;
        while (true)
        {
            var next = text[index..].IndexOfAny(_special);
            if (next < 0)
            {
                return -1;
            }

            index += next;
            if (index + 1 >= text.Length || !char.IsSurrogatePair(text[index], text[index + 1]))
            {
                return index;
            }

            index += 2;
        }
    }

    private static void WriteEscape(IBufferWriter<byte> output, Rune rune)
    {
        if (rune == Rune.ReplacementChar)
        {
            output.Write("\uFFFD"u8);
            return;
        }

        Encoding.UTF8.GetBytes(Escape(rune.Value), output);
    }

    /// <summary>The escape of a character: the short one where JSON has one.</summary>
    internal static string Escape(int scalar) => scalar switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{scalar:X4}"),
    };

    private static string Surrogates() =>
        string.Create(0x800, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)(0xD800 + i);
            }
        });
}
