using Rill.Models;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The rows of one expert in a step.</summary>
/// <param name="Expert">The expert.</param>
/// <param name="First">Where its rows begin among those of all experts, one after the other.</param>
/// <param name="Count">How many.</param>
internal readonly record struct ExpertGroup(int Expert, int First, int Count);

/// <summary>Which rows of a step go through which experts, sorted by expert: so each expert's matrices are read once.</summary>
/// <param name="spec">The experts.</param>
internal sealed class ExpertGroups(MoeSpec spec)
{
    private readonly ExpertRouter _router = new(spec);
    private readonly List<ExpertGroup> _groups = [];
    private readonly int[] _counts = new int[spec.Experts];
    private int[] _experts = [];      // by row, then by choice
    private float[] _weights = [];
    private int[] _places = [];
    private int[] _rows = [];         // by place

    /// <summary>The experts that have rows, ascending.</summary>
    public IReadOnlyList<ExpertGroup> Groups => _groups;

    /// <summary>The row that stands at a place.</summary>
    public int RowAt(int place) => _rows[place];

    /// <summary>Where a row's choice stands, and its weight.</summary>
    public (int Place, float Weight) Choice(int row, int number) => (_places[(row * spec.Top) + number], _weights[(row * spec.Top) + number]);

    /// <summary>Chooses experts for rows.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="logits">[rows, experts].</param>
    /// <param name="bias">Counts in the choice only; empty for none.</param>
    /// <param name="scales">What each expert's weights are multiplied with; empty for nothing.</param>
    public void Route(int rows, ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, ReadOnlySpan<float> scales)
    {
        var size = rows * spec.Top;
        if (_experts.Length < size)
        {
            (_experts, _weights, _places, _rows) = (new int[size], new float[size], new int[size], new int[size]);
        }

        Array.Clear(_counts);
        for (var row = 0; row < rows; row++)
        {
            var experts = _experts.AsSpan(row * spec.Top, spec.Top);
            var weights = _weights.AsSpan(row * spec.Top, spec.Top);
            _router.Choose(logits.Slice(row * spec.Experts, spec.Experts), bias, experts, weights);
            for (var i = 0; i < experts.Length; i++)
            {
                _counts[experts[i]]++;
                weights[i] *= scales.IsEmpty ? 1 : scales[experts[i]];
            }
        }

        Lay(size);
    }

    private void Lay(int size)
    {
        _groups.Clear();
        var first = 0;
        for (var expert = 0; expert < spec.Experts; expert++)
        {
            if (_counts[expert] > 0)
            {
                _groups.Add(new(expert, first, _counts[expert]));
            }

            (_counts[expert], first) = (first, first + _counts[expert]);
        }

        for (var choice = 0; choice < size; choice++)
        {
            _places[choice] = _counts[_experts[choice]]++;
            _rows[_places[choice]] = choice / spec.Top;
        }
    }
}
