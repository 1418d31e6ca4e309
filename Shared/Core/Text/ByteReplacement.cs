using System.Text;

namespace Rill.Text;

/// <summary>Decodes UTF-8 with one U+FFFD for each byte that belongs to no character, rather than one for each broken character.</summary>
internal static class ByteReplacement
{
    /// <summary>The encoding; immutable and thread-safe.</summary>
    public static readonly Encoding Utf8 = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new EachByteFallback());

    private sealed class EachByteFallback : DecoderFallback
    {
        public override int MaxCharCount => Utf8Tail.Longest;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new EachByteBuffer();
    }

    private sealed class EachByteBuffer : DecoderFallbackBuffer
    {
        private int _count;

        public override int Remaining => _count;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            _count = bytesUnknown.Length;
            return _count > 0;
        }

        public override char GetNextChar() => _count-- > 0 ? '\uFFFD' : '\0';

        public override bool MovePrevious() => false;
    }
}
