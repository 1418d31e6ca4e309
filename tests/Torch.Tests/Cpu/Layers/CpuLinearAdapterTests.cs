using Rill.Models;
using Rill.Torch.Cpu.Adapters;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Layers;
using Rill.Torch.Decoding;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Cpu.Layers;

/// <summary>Whoever computes a row's product, and whatever follows it: what an adapter adds stands between, and other rows keep their bits.</summary>
public sealed unsafe class CpuLinearAdapterTests : IDisposable
{
    private const int Inner = 48, Width = 72, Rows = 9;
    private static readonly int[] s_adapters = [0, 1, 1, 0, 1, 0, 1, 1, 0];
    private static readonly string[] s_parts = ["model.layers.0.mlp.gate_proj", "model.layers.0.mlp.up_proj"];

    private readonly TinyModel _model = new();
    private readonly TinyModel _merged = new();
    private readonly TinyAdapter _adapter;
    private readonly DisposableStack _parts = new();
    private readonly ThreadTeam _team;
    private readonly LinearScratch _scratch;
    private readonly RowBuffer _input;
    private readonly AdapterTable _table;
    private readonly AdapterStep _step;

    public CpuLinearAdapterTests()
    {
        NativeTorch.Load();
        _adapter = new(_model, seed: 5, rank: 3, modules: s_parts);
        _adapter.MergeInto(_merged);
        _team = _parts.Own(new ThreadTeam(2));
        _scratch = _parts.Own(new LinearScratch());
        _input = _parts.Own(new RowBuffer(Inner));
        _table = _parts.Own(new AdapterTable(_model.Spec));
        _step = _parts.Own(new AdapterStep(_table));
        _input.Ensure(Rows);
        for (var i = 0; i < Rows * Inner; i++)
        {
            _input.Row(0)[i] = MathF.Sin(i);
        }
    }

    public enum Mode
    {
        Store,
        Add,
        Gate,
        Activate,
    }

    public void Dispose()
    {
        _parts.Dispose();
        _adapter.Dispose();
        _merged.Dispose();
        _model.Dispose();
    }

    public static TheoryData<Mode, int, bool> Cases()
    {
        var cases = new TheoryData<Mode, int, bool>();
        foreach (var mode in Enum.GetValues<Mode>())
        {
            foreach (var byTorch in (int[])[0, 1, 4, Rows])
            {
                cases.Add(mode, byTorch, true);
                cases.Add(mode, byTorch, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_WithAnAdapterOnSomeRows_AddsItThereAlone(Mode mode, int byTorch, bool bias)
    {
        var plain = Linear(bias, adapters: null);
        var adapted = Linear(bias, new LinearAdapters(_table.Register(Inner, [.. s_parts.Select(part => (part, Width))]), Inner, _step, _team));
        _table.Load(1, _adapter.Files);
        _step.Begin([.. s_adapters.Select((adapter, row) => new TokenRow(0, row, 0, adapter))]);

        var products = Run(plain, Mode.Store, byTorch);
        var (unchanged, changed) = (Run(plain, mode, byTorch), Run(adapted, mode, byTorch));

        for (var row = 0; row < Rows; row++)
        {
            if (s_adapters[row] == 0)
            {
                Assert.Equal(unchanged[row], changed[row]);
                continue;
            }

            var delta = Delta(row);
            var sums = products[row].Select((product, output) => product + delta[output]).ToArray();
            var expected = mode switch
            {
                Mode.Store => sums,
                Mode.Add => [.. sums.Select(sum => sum + 1)],
                Mode.Gate => [.. sums.Take(Width).Zip(sums.Skip(Width), (gate, up) => Silu(gate) * up)],
                _ => [.. sums.Select(Silu)],
            };
            Assert.InRange(delta.Max(Math.Abs), 0.05, 10);
            Assert.All(expected.Zip(changed[row]), pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));
        }
    }

    private static double Silu(double value) => value / (1 + Math.Exp(-value));

    private CpuLinear Linear(bool bias, LinearAdapters? adapters)
    {
        var weights = s_parts.Select(part => (LinearWeight)_parts.Own(new DenseWeight(
            tensor(_model.Weights[part + ".weight"].Values).reshape(Width, Inner).to_type(ScalarType.BFloat16), fromMemory: false))).ToArray();
        var vector = bias ? _parts.Own(new WeightVector(tensor(Enumerable.Range(0, 2 * Width).Select(i => MathF.Cos(i)).ToArray()))) : null;
        return new(_team, _scratch, weights, vector, adapters);
    }

    private float[][] Run(CpuLinear linear, Mode mode, int byTorch)
    {
        using var output = new RowBuffer(mode == Mode.Gate ? Width : 2 * Width);
        output.Ensure(Rows);
        new Span<float>(output.Row(0), Rows * output.Width).Fill(1);
        var rows = new RowSplit(Rows, byTorch);
        switch (mode)
        {
            case Mode.Store:
                linear.Forward(_input, output, rows);
                break;
            case Mode.Add:
                linear.AddTo(_input, output, rows);
                break;
            case Mode.Gate:
                linear.Gate(_input, output, rows, Activation.Silu);
                break;
            default:
                linear.Activate(_input, output, rows, Activation.Silu);
                break;
        }

        return [.. Enumerable.Range(0, Rows).Select(row => new Span<float>(output.Row(row), output.Width).ToArray())];
    }

    /// <summary>What the adapter adds to a row, in doubles: the change of the merged weights times the row.</summary>
    private double[] Delta(int row) => [.. s_parts.SelectMany(part => Enumerable.Range(0, Width).Select(output => Enumerable.Range(0, Inner).Sum(k =>
        ((double)_merged.Weights[part + ".weight"].Values[(output * Inner) + k] - _model.Weights[part + ".weight"].Values[(output * Inner) + k]) * _input.Row(row)[k])))];
}
