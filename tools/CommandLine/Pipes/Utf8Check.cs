using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Rill.CommandLine.Pipes;

/// <summary>Refuses bytes that are not UTF-8, rather than to tokenize U+FFFD in their place.</summary>
internal static class Utf8Check
{
    /// <summary>Does nothing when the bytes are UTF-8.</summary>
    /// <exception cref="FailureException">They are not; the message names the first wrong byte.</exception>
    public static void Require(ReadOnlySpan<byte> bytes, string what)
    {
        if (Utf8.IsValid(bytes))
        {
            return;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        throw new FailureException($"{what} is not valid UTF-8: byte {at + 1} begins no character.");
    }
}
