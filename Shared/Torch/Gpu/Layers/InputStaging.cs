using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Carries a pass's rows to the device in one copy, from page-locked memory where there is a GPU, so that the copy runs beside the
/// host. The next <see cref="Stage"/> writes over the same memory: before it, a step must have waited for the device.
/// </summary>
internal sealed class InputStaging : IDisposable
{
    private const int Planes = 3;    // tokens, positions, slots

    private readonly Device _device;
    private Tensor _onHost;
    private Tensor _onDevice;

    /// <summary>Takes memory for a number of rows; it grows when more are staged, and only then moves.</summary>
    public InputStaging(Device device, int rows)
    {
        _device = device;
        (_onHost, _onDevice) = Allocate(rows);
    }

    /// <summary>
    /// Copies rows to the device. Beyond those given, up to <paramref name="count"/>, it repeats the one that has the least to attend to:
    /// computing a row twice writes the same keys and values twice.
    /// </summary>
    public void Stage(ReadOnlySpan<TokenRow> rows, int count)
    {
        if (_onHost.NumberOfElements < Planes * count)
        {
            var grown = Allocate(count);    // may fail: what there is stays until it has not
            Dispose();
            (_onHost, _onDevice) = grown;
        }

        var values = TensorMemory.Longs(_onHost);
        var shortest = Shortest(rows);
        for (var i = 0; i < count; i++)
        {
            var row = i < rows.Length ? rows[i] : shortest;
            (values[i], values[count + i], values[(2 * count) + i]) = (row.Token, row.Position, row.Slot);
        }

        using var source = _onHost.narrow(0, 0, Planes * count);
        using var target = _onDevice.narrow(0, 0, Planes * count);
        target.copy_(source, nonBlocking: true);
    }

    /// <summary>What was staged last, on the device: int64 [3, count], tokens, positions, slots. A view, for one count always of the same memory.</summary>
    public Tensor Rows(int count) => _onDevice.narrow(0, 0, Planes * count).view(Planes, count);

    public void Dispose()
    {
        _onHost.Dispose();
        _onDevice.Dispose();
    }

    private static TokenRow Shortest(ReadOnlySpan<TokenRow> rows)
    {
        var shortest = rows[0];
        foreach (var row in rows)
        {
            shortest = row.Position < shortest.Position ? row : shortest;
        }

        return shortest;
    }

    private (Tensor OnHost, Tensor OnDevice) Allocate(int rows)
    {
        using var scope = NewDisposeScope();
        var host = zeros(Planes * rows, ScalarType.Int64);
        var locked = _device.type == DeviceType.CUDA ? host.pin_memory() : host;
        return (locked.DetachFromDisposeScope(), zeros(Planes * rows, ScalarType.Int64, _device).DetachFromDisposeScope());
    }
}
