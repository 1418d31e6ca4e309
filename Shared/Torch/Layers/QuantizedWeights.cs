using Rill.Models;
using Rill.Torch.Kernels;
using Rill.Torch.Runtime;

namespace Rill.Torch.Layers;

/// <summary>The quantized matrices of a model and their memory.</summary>
/// <param name="weights">The weights as published, in f32, bf16 or f16; read only while a matrix is made.</param>
/// <param name="format">The format of the layers. The embedding and the head are q8 in any case, as their error reaches every logit.</param>
/// <param name="team">The threads that make the matrices.</param>
internal sealed unsafe class QuantizedWeights(ModelWeights weights, QuantizedFormat format, ThreadTeam team) : IDisposable
{
    private readonly Dictionary<string, (QuantizedMatrix Matrix, VirtualMemory Memory)> _made = new(StringComparer.Ordinal);

    /// <summary>A layer's matrix.</summary>
    public QuantizedMatrix Layer(string name, long outputs, long inner) => Get(name, outputs, inner, format);

    /// <summary>The embedding or the head: the same matrix where a model has one for both.</summary>
    public QuantizedMatrix Vocabulary(string name, long outputs, long inner) => Get(name, outputs, inner, QuantizedFormat.Q8);

    public void Dispose()
    {
        foreach (var (_, memory) in _made.Values)
        {
            memory.Dispose();
        }
    }

    private QuantizedMatrix Get(string name, long outputs, long inner, QuantizedFormat wanted)
    {
        if (_made.TryGetValue(name, out var made))
        {
            return made.Matrix;
        }

        var source = weights.Get(name, outputs, inner);
        var memory = new VirtualMemory(QuantizedMatrix.BytesOf(wanted, (int)outputs, (int)inner));
        var matrix = new QuantizedMatrix(wanted, (int)outputs, (int)inner, (nint)memory.Start);
        team.Run(matrix.Panels, panel => Quantizer.Quantize((void*)source.Address, WeightTensors.TypeOf(source.Type), matrix, panel));
        _made.Add(name, (matrix, memory));
        return matrix;
    }
}
