using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory for rows of several widths, one piece for each: layers of one width share it, as one layer runs at a time.</summary>
internal sealed class RowBuffers : IDisposable
{
    private readonly Dictionary<int, RowBuffer> _byWidth = [];

    /// <summary>The memory for rows of a width, which stays this object's. To be asked for before the first step.</summary>
    public RowBuffer Of(int width) => _byWidth.TryGetValue(width, out var buffer) ? buffer : _byWidth[width] = new(width);

    /// <summary>Makes room for rows of every width; growing loses what the buffers hold.</summary>
    public void Ensure(int rows)
    {
        foreach (var buffer in _byWidth.Values)
        {
            buffer.Ensure(rows);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _byWidth.Values)
        {
            buffer.Dispose();
        }
    }
}
