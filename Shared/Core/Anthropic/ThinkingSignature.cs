using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Rill.Anthropic;

/// <summary>
/// The signature of a thought, which clients send back unchanged with the next request. Where the thought itself is left out of the
/// answer, its text comes along in here: <c>rill1.CHECK.TEXT</c>, both base64url, TEXT empty where the block shows it. CHECK finds what
/// was cut or changed on the way; it is no secret, since whoever holds a signature could send the thought as plain text as well (docs/adr/0074).
/// </summary>
public static class ThinkingSignature
{
    private const string Version = "rill1";
    private const int CheckBytes = 16;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The signature of a thought.</summary>
    /// <param name="thinking">Its text; an unpaired surrogate becomes U+FFFD.</param>
    /// <param name="carriesText">True to hold the text, for a block that does not.</param>
    public static string Of(string thinking, bool carriesText)
    {
        var text = Encoding.UTF8.GetBytes(thinking);
        return $"{Version}.{Check(text)}.{(carriesText ? Base64Url.EncodeToString(text) : "")}";
    }

    /// <summary>The text that a signature carries; null where it carries none, is not ours, or was changed.</summary>
    public static string? TextOf(string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Split('.') is not [Version, var check, { Length: > 0 } encoded])
        {
            return null;
        }

        try
        {
            var text = Base64Url.DecodeFromChars(encoded);
            return Check(text) == check ? s_utf8.GetString(text) : null;
        }
        catch (Exception broken) when (broken is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Check(byte[] text) =>
        Base64Url.EncodeToString(SHA256.HashData([.. "rill.thinking."u8, .. text]).AsSpan(0, CheckBytes));
}
