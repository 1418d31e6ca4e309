using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>Gives a reader's current string as unescaped UTF-8, without making a string of it.</summary>
internal sealed class JsonText
{
    private byte[] _buffer = new byte[256];

    /// <summary>The current string or property name; valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        if (_buffer.Length < reader.ValueSpan.Length)
        {
            _buffer = new byte[reader.ValueSpan.Length * 2];
        }

        return _buffer.AsSpan(0, reader.CopyString(_buffer));
    }
}
