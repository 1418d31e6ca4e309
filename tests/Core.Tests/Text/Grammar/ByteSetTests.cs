using Rill.Text.Grammar.Machines;

namespace Rill.Core.Tests.Text.Grammar;

public class ByteSetTests
{
    /// <summary>Runs of every length, at every edge of the words that hold the bits.</summary>
    [Fact]
    public void Fill_OfAnySet_WritesAtItsBytesAlone()
    {
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var set = round == 0 ? ByteSet.All : default;
            for (var runs = random.Next(6); runs > 0; runs--)
            {
                var first = random.Next(256);
                set |= ByteSet.Range(first, Math.Min(255, first + random.Next(random.Next(2) == 0 ? 3 : 200)));
            }

            var row = new int[256];
            set.Fill(row, 7);

            Assert.Equal(Enumerable.Range(0, 256).Select(one => set.Contains((byte)one) ? 7 : 0), row);
        }
    }
}
