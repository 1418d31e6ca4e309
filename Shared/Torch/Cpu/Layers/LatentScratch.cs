using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory that the layers of latent attention share: one of them runs at a time.</summary>
internal sealed class LatentScratch : IDisposable
{
    private readonly int _heads;
    private readonly QuantizedInput[] _quantized;

    /// <param name="spec">The model.</param>
    /// <param name="latent">Its attention.</param>
    public LatentScratch(DecoderSpec spec, LatentSpec latent)
    {
        _heads = spec.HeadCount;
        _quantized = [.. Enumerable.Range(0, _heads).Select(_ => new QuantizedInput())];
        QueryDown = new(latent.QueryRank ?? 1);
        Queries = new(_heads * latent.QueryWidth);
        Down = new(latent.KeyValueRank + latent.RotatedWidth);
        Plain = new(latent.PlainWidth);
        Mixed = new(latent.KeyValueRank);
        Values = new(_heads * latent.ValueWidth);
    }

    /// <summary>The vectors that queries are made from.</summary>
    public RowBuffer QueryDown { get; }

    /// <summary>Queries as projected.</summary>
    public RowBuffer Queries { get; }

    /// <summary>c and the shared key's rotated part.</summary>
    public RowBuffer Down { get; }

    /// <summary>The queries' parts that are not rotated, [head, row].</summary>
    public RowBuffer Plain { get; }

    /// <summary>What attention made of c, [head, row].</summary>
    public RowBuffer Mixed { get; }

    /// <summary>Values, all heads of a row side by side.</summary>
    public RowBuffer Values { get; }

    /// <summary>The quantized rows of a head.</summary>
    public QuantizedInput Quantized(int head) => _quantized[head];

    /// <summary>Makes room for rows.</summary>
    public void Ensure(int rows)
    {
        foreach (var buffer in new[] { QueryDown, Queries, Down, Values })
        {
            buffer.Ensure(rows);
        }

        Plain.Ensure(rows * _heads);
        Mixed.Ensure(rows * _heads);
    }

    public void Dispose()
    {
        foreach (var part in (IEnumerable<IDisposable>)[QueryDown, Queries, Down, Plain, Mixed, Values, .. _quantized])
        {
            part.Dispose();
        }
    }
}
