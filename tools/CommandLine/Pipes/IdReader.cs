using System.Buffers.Text;
using System.Text;

namespace Rill.CommandLine.Pipes;

/// <summary>Reads whole numbers that white space separates, as they come.</summary>
internal static class IdReader
{
    private const int LongestNumber = 64;

    /// <summary>The numbers of a stream.</summary>
    /// <param name="input">Where they come from.</param>
    /// <param name="beforeWait">Called whenever more input is needed: the time to flush.</param>
    /// <exception cref="FailureException">Something is no whole number of 32 bits.</exception>
    public static IEnumerable<int> Read(Stream input, Action beforeWait)
    {
        var buffer = new byte[64 * 1024];
        var word = new List<byte>();
        while (true)
        {
            beforeWait();
            var count = input.Read(buffer);
            for (var i = 0; i < count; i++)
            {
                if (!IsSpace(buffer[i]))
                {
                    word.Add(buffer[i]);
                    RequireShort(word);
                }
                else if (word.Count > 0)
                {
                    yield return Parse(word);
                    word.Clear();
                }
            }

            if (count == 0)
            {
                break;
            }
        }

        if (word.Count > 0)
        {
            yield return Parse(word);
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static void RequireShort(List<byte> word)
    {
        if (word.Count > LongestNumber)
        {
            throw NoNumber(word);
        }
    }

    private static int Parse(List<byte> word)
    {
        var bytes = word.ToArray();
        return Utf8Parser.TryParse(bytes, out int number, out var used) && used == bytes.Length ? number : throw NoNumber(word);
    }

    private static FailureException NoNumber(List<byte> word) =>
        new($"'{Encoding.UTF8.GetString([.. word])}' is no token id; ids are whole numbers, separated by white space.");
}
