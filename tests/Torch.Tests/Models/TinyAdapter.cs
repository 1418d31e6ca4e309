using System.Globalization;
using Rill.Core.Tests.Models;

namespace Rill.Torch.Tests.Models;

/// <summary>A random adapter of a tiny model, written as PEFT does, with what it adds to the model's weights at hand.</summary>
internal sealed class TinyAdapter : IDisposable
{
    private const double Alpha = 12;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<(string Module, float[] A, float[] B)> _pairs = [];
    private readonly int _rank;

    /// <summary>Writes an adapter.</summary>
    /// <param name="model">Its base.</param>
    /// <param name="seed">Another one for another adapter.</param>
    /// <param name="rank">Rows of each A.</param>
    /// <param name="float32">True to write f32, false for bf16; the values are exact in bf16 in both.</param>
    /// <param name="modules">The ends of the modules' names.</param>
    public TinyAdapter(TinyModel model, int seed, int rank = 4, bool float32 = false, params string[] modules)
    {
        _rank = rank;
        var random = new Random(seed);
        var entries = new List<SafetensorsWriter.Entry>();
        foreach (var (name, (shape, _)) in model.Weights.Where(weight => weight.Value.Shape.Length == 2))
        {
            var module = name[..^".weight".Length];
            if (!modules.Any(end => module.EndsWith(end, StringComparison.Ordinal)))
            {
                continue;
            }

            var (a, b) = (Random(random, rank * shape[1]), Random(random, shape[0] * rank));
            _pairs.Add((module, a, b));
            Add($"base_model.model.{module}.lora_A.weight", [rank, shape[1]], a);
            Add($"base_model.model.{module}.lora_B.weight", [shape[0], rank], b);
        }

        SafetensorsWriter.Write(_directory.File("adapter_model.safetensors"), entries);
        File.WriteAllText(_directory.File("adapter_config.json"), string.Create(
            CultureInfo.InvariantCulture, $$"""{"peft_type":"LORA","r":{{rank}},"lora_alpha":{{Alpha}},"bias":"none"}"""));

        void Add(string name, long[] shape, float[] values) =>
            entries.Add(float32 ? SafetensorsWriter.Float32(name, shape, values) : SafetensorsWriter.BFloat16(name, shape, values));
    }

    public ModelFiles Files => ModelFiles.InDirectory(_directory.Path);

    public string Path => _directory.Path;

    public void Dispose() => _directory.Dispose();

    /// <summary>Adds what the adapter adds to the weights that the reference computes with; the files stay as they are.</summary>
    public void MergeInto(TinyModel model)
    {
        foreach (var (module, a, b) in _pairs)
        {
            var (shape, values) = model.Weights[module + ".weight"];
            var (outputs, inputs) = (shape[0], shape[1]);
            var merged = values.ToArray();
            for (var output = 0; output < outputs; output++)
            {
                for (var input = 0; input < inputs; input++)
                {
                    var sum = Enumerable.Range(0, _rank).Sum(k => (double)b[(output * _rank) + k] * a[(k * inputs) + input]);
                    merged[(output * inputs) + input] += (float)(Alpha / _rank * sum);
                }
            }

            model.Weights[module + ".weight"] = (shape, merged);
        }
    }

    private static float[] Random(Random random, long count)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float)((random.NextDouble() - 0.5) * 0.25);
            values[i] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);
        }

        return values;
    }
}
