namespace Rill.Torch.Sampling;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11): a random number is a function of a key and a
/// counter, so a request's draws depend on its seed, choice and step alone, and there is no state to keep or restore.
/// </summary>
internal static class CounterRandom
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;
    private const uint WeylB = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public static double Uniform(long seed, int choice, int step)
    {
        var (a, b, _, _) = Generate(((uint)step, (uint)choice, 0, 0), (uint)seed, (uint)((ulong)seed >> 32));
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>One block of four random words.</summary>
    internal static (uint, uint, uint, uint) Generate((uint A, uint B, uint C, uint D) counter, uint keyA, uint keyB)
    {
        var (a, b, c, d) = counter;
        for (var round = 0; round < Rounds; round++)
        {
            var left = (ulong)MultiplierA * a;
            var right = (ulong)MultiplierB * c;
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ keyA, (uint)right, (uint)(left >> 32) ^ d ^ keyB, (uint)left);
            unchecked
            {
                keyA += WeylA;
                keyB += WeylB;
            }
        }

        return (a, b, c, d);
    }
}
