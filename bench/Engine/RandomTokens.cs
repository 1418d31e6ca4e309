using Rill.Bench.Models;

namespace Rill.Bench.Engine;

/// <summary>Token ids that no prompt had before.</summary>
internal sealed class RandomTokens(int vocabulary, ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next ids.</summary>
    public int[] Take(int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = (int)(RandomValues.Next(ref _state) % (ulong)vocabulary);
        }

        return tokens;
    }
}
