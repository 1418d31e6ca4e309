using System.Buffers.Binary;

namespace Rill.Core.Tests.Models;

/// <summary>Damages a binary file, at random, mostly in its header.</summary>
internal static class BinaryDamage
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 255, 256, 1 << 20, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32,
        long.MaxValue - 7, long.MaxValue, -1, long.MinValue,
    ];

    /// <summary>The bytes with one to three changes: in the first <paramref name="header"/> of them, or of the file's length.</summary>
    public static byte[] Of(byte[] file, int header, Random random)
    {
        header = Math.Min(header, file.Length);
        var (bytes, rest) = (file[..header].ToList(), file[header..]);
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 3 when random.Next(3) == 0:
                    rest = rest[..random.Next(rest.Length + 1)];
                    break;
                case 4 when random.Next(3) == 0:
                    rest = [.. rest, .. new byte[random.Next(1, 100)]];
                    break;
                default:
                    Overwrite(bytes, at, random);
                    break;
            }
        }

        return [.. bytes, .. rest];
    }

    private static void Overwrite(List<byte> bytes, int at, Random random)
    {
        var number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, s_numbers[random.Next(s_numbers.Length)]);
        for (var i = 0; i < 1 << random.Next(4) && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
