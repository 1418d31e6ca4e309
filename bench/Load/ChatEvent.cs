using System.Buffers.Text;

namespace Rill.Bench.Load;

/// <summary>What the load client needs to know of a chunk, found by searching its bytes: parsing JSON would cost more than the server.</summary>
internal static class ChatEvent
{
    private static ReadOnlySpan<byte> ContentKey => "\"content\":\""u8;

    private static ReadOnlySpan<byte> UsageKey => "\"completion_tokens\":"u8;

    /// <summary>Number of characters of the chunk's content that is ASCII; 0 when it has none, as the role chunk.</summary>
    public static int ContentLength(ReadOnlySpan<byte> data)
    {
        var start = data.IndexOf(ContentKey);
        if (start < 0)
        {
            return 0;
        }

        var text = data[(start + ContentKey.Length)..];
        var length = 0;
        for (var i = 0; i < text.Length && text[i] != (byte)'"'; i++)
        {
            i += text[i] == (byte)'\\' ? 1 : 0;
            length++;
        }

        return length;
    }

    /// <summary>The completion tokens of the usage chunk; 0 for any other.</summary>
    public static int CompletionTokens(ReadOnlySpan<byte> data)
    {
        var start = data.IndexOf(UsageKey);
        return start >= 0 && Utf8Parser.TryParse(data[(start + UsageKey.Length)..], out int tokens, out _) ? tokens : 0;
    }
}
