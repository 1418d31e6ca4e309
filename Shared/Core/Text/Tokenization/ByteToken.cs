using System.Globalization;

namespace Rill.Text.Tokenization;

/// <summary>The tokens that stand for one byte in vocabularies of plain text: &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
internal static class ByteToken
{
    /// <summary>The text of a byte's token, as UTF-8.</summary>
    public static byte[] Text(byte value) => System.Text.Encoding.ASCII.GetBytes($"<0x{value:X2}>");

    /// <summary>The byte that a token's text stands for; null when it is an ordinary token.</summary>
    public static byte? Read(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
        && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
