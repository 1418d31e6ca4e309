using System.Diagnostics;
using Rill.Text;

namespace Rill.Bench.Texts;

/// <summary>Rill's tokenizer in this process, timed as the peer times itself.</summary>
internal sealed class OwnTokenizer
{
    private HuggingFaceTokenizer? _tokenizer;

    /// <summary>Loads a tokenizer.json afresh, with empty caches, and returns the milliseconds.</summary>
    public double Load(string directory)
    {
        _tokenizer = null;
        CollectGarbage();
        var start = Stopwatch.GetTimestamp();
        _tokenizer = HuggingFaceTokenizer.Load(directory);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The ids of every document.</summary>
    public IReadOnlyList<int[]> Encode(TextSet texts) => [.. texts.Documents.Select(text => _tokenizer!.EncodeToIds(text).ToArray())];

    /// <summary>The milliseconds that one pass over all documents takes on average, its tokens, and the bytes it allocates.</summary>
    public (double Milliseconds, int Tokens, double AllocatedBytes) Time(TextSet texts, int passes)
    {
        CollectGarbage();
        var tokens = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (var pass = 0; pass < passes; pass++)
        {
            tokens = 0;
            foreach (var text in texts.Documents)
            {
                tokens += _tokenizer!.EncodeToIds(text).Count;
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return (elapsed / passes, tokens, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / passes);
    }

    private static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
