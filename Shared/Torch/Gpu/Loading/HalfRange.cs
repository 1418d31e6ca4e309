using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Loading;

/// <summary>
/// Finds weights that do not fit f16, whose largest number is 65504: a larger one became an infinity when it was converted. All are looked at on
/// the device, and read back once.
/// </summary>
internal sealed class HalfRange : IDisposable
{
    private readonly List<string> _names = [];
    private readonly List<Tensor> _largest = [];

    /// <summary>Looks at a weight that was converted.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="converted">f16, any shape; only queued work looks at it.</param>
    public void Note(string name, Tensor converted)
    {
        using var scope = NewDisposeScope();
        _largest.Add(maximum(converted.max(), converted.min().neg()).DetachFromDisposeScope());    // abs() would take as much memory again
        _names.Add(name);
    }

    /// <summary>Waits for the device where there was anything to look at.</summary>
    /// <exception cref="ModelFormatException">A weight holds what f16 cannot.</exception>
    public void Check()
    {
        if (_names.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var largest = stack(_largest).to_type(ScalarType.Float32).cpu().data<float>().ToArray();
        if (Array.FindIndex(largest, value => !float.IsFinite(value)) is var found and >= 0)
        {
            throw new ModelFormatException(
                $"{_names[found]} holds numbers beyond 65504, the largest of f16; set Rill__Dtype to bf16 or f32.");
        }
    }

    public void Dispose() => _largest.ForEach(tensor => tensor.Dispose());
}
