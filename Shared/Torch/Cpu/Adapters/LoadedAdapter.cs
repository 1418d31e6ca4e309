using Rill.Models.Adapters;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Adapters;

/// <summary>An adapter in memory, cut to a decoder's linear layers.</summary>
internal sealed class LoadedAdapter : IDisposable
{
    private readonly DisposableStack _parts;
    private readonly LinearDelta?[] _deltas;    // by the linear layers' number

    /// <param name="number">The number by which sequences name it.</param>
    /// <param name="adapter">Its matrices, which are copied.</param>
    /// <param name="linears">The decoder's linear layers.</param>
    public LoadedAdapter(int number, LoraAdapter adapter, IReadOnlyList<(int Inputs, (string Part, int Outputs)[] Parts)> linears)
    {
        Number = number;
        (_parts, _deltas) = DisposableStack.Build(stack =>
            (stack, linears.Select(linear => Delta(adapter, linear.Inputs, linear.Parts, stack)).ToArray()));
        Bytes = _deltas.Sum(delta => delta?.Bytes ?? 0);
        MostRank = _deltas.Max(delta => delta?.Rank ?? 0);
    }

    /// <summary>The number by which sequences name it.</summary>
    public int Number { get; }

    /// <summary>The memory that it takes.</summary>
    public long Bytes { get; }

    /// <summary>Most factors of a row in one of the linear layers.</summary>
    public int MostRank { get; }

    /// <summary>What it adds to linear layers; null for nothing.</summary>
    public LinearDelta? Of(int linear) => _deltas[linear];

    public void Dispose() => _parts.Dispose();

    private static LinearDelta? Delta(LoraAdapter adapter, int inputs, (string Part, int Outputs)[] layers, DisposableStack stack)
    {
        var parts = new List<(LoraPart, int)>();
        var output = 0;
        foreach (var (name, outputs) in layers)
        {
            if (adapter.Parts.TryGetValue(name, out var part))
            {
                parts.Add((part, output));
            }

            output += outputs;
        }

        return parts.Count == 0 ? null : stack.Own(new LinearDelta(inputs, parts));
    }
}
