using System.Text.Json.Nodes;
using Rill.Core.Tests.Models;
using Rill.Models;

namespace Rill.Torch.Tests.Models;

/// <summary>A random model of a few thousand parameters, written as a Hugging Face directory, with its weights at hand.</summary>
internal sealed class TinyModel : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Random _random = new(7);
    private readonly bool _asPublished;    // the weights have the files' names already

    /// <summary>Writes a model.</summary>
    /// <param name="architecture">The class name in config.json.</param>
    /// <param name="changes">A JSON object over the default config.</param>
    /// <param name="float32">True to write f32, false for bf16; the values are exact in bf16 in both.</param>
    /// <param name="sharded">True to write two shards and an index.</param>
    /// <param name="bare">True to write names without "model.", as a decoder has them that is saved without its head.</param>
    /// <param name="edit">Changes the weights before they are written; null for not.</param>
    public TinyModel(
        string architecture = "LlamaForCausalLM", string changes = "{}", bool float32 = false, bool sharded = false, bool bare = false,
        Action<TinyModel>? edit = null)
    {
        var config = JsonNode.Parse("""
            {
              "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 72,
              "vocab_size": 131, "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0
            }
            """)!.AsObject();
        config["architectures"] = new JsonArray(architecture);
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        File.WriteAllText(_directory.File("config.json"), config.ToJsonString());
        Spec = ArchitectureRegistry.Read(ModelConfig.Parse(config.ToJsonString()));
        _asPublished = Spec.PerLayerInputs is not null || Spec.Mixers.Count > 0;
        if (_asPublished)
        {
            MakePublishedWeights();
        }
        else
        {
            MakeWeights();
        }

        edit?.Invoke(this);
        Write(float32, sharded, bare);
    }

    public string Path => _directory.Path;

    public DecoderSpec Spec { get; }

    /// <summary>All weights by name, row-major; of models with layers of several kinds by the published names.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Weights { get; } = [];

    public void Dispose() => _directory.Dispose();

    private void MakeWeights()
    {
        Add(Spec.Names.Embedding, 1, Spec.VocabularySize, Spec.HiddenSize);
        Norm(Spec.Names.FinalNorm);
        if (!Spec.TiedEmbeddings)
        {
            Add(Spec.Names.Head, 1, Spec.VocabularySize, Spec.HiddenSize);
        }

        for (var layer = 0; layer < Spec.LayerCount; layer++)
        {
            MakeLayer(layer);
        }
    }

    /// <summary>Whatever the spec's recipes make tensors of, under the names that are published.</summary>
    private void MakePublishedWeights()
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var (name, shape) in DecoderTensors.Of(Spec))
        {
            var recipe = Spec.Recipes.GetValueOrDefault(name) ?? new(name);
            var rows = recipe.Rows is { } taken ? taken.At(shape[0] - 1) + 1 : shape[0];
            shapes[recipe.Name] = [Math.Max(rows, shapes.GetValueOrDefault(recipe.Name)?[0] ?? 0), .. shape[1..]];
        }

        foreach (var (name, shape) in shapes)
        {
            var isNorm = shape.Length == 1 && name.Contains("norm", StringComparison.Ordinal);
            Add(name, isNorm ? 0 : shape.Length == 1 ? 1 : 2 / Math.Sqrt(shape[^1]), shape);
        }
    }

    private void MakeLayer(int layer)
    {
        var (spec, names) = (Spec, Spec.Names);
        Norm(names.AttentionNorm(layer));
        if (spec.Residual != ResidualKind.ParallelOneNorm)
        {
            Norm(names.FeedForwardNorm(layer));
        }

        if (spec.QueryKeyNorm != QueryKeyNorm.None)
        {
            var ofEachHead = spec.QueryKeyNorm == QueryKeyNorm.HeadLayerNorm;
            Add(names.QueryNorm(layer), 0, ofEachHead ? [spec.HeadCount, spec.HeadDim] : [spec.HeadDim]);
            Add(names.KeyNorm(layer), 0, ofEachHead ? [spec.KeyValueHeadCount, spec.HeadDim] : [spec.HeadDim]);
        }

        Linear(names.Query(layer), spec.HeadCount * spec.HeadDim, spec.HiddenSize, spec.QueryKeyValueBias);
        Linear(names.Key(layer), spec.KeyValueHeadCount * spec.HeadDim, spec.HiddenSize, spec.QueryKeyValueBias);
        Linear(names.Value(layer), spec.KeyValueHeadCount * spec.HeadDim, spec.HiddenSize, spec.QueryKeyValueBias);
        Linear(names.Output(layer), spec.HiddenSize, spec.HeadCount * spec.HeadDim, spec.OutputBias);
        if (spec.ExpertsOf(layer) is { } experts)
        {
            MakeExperts(experts, layer);
        }
        else
        {
            FeedForward(names.Gate(layer), names.Up(layer), names.Down(layer), spec.FeedForwardSize, spec.FeedForwardBias);
        }
    }

    private void MakeExperts(MoeSpec experts, int layer)
    {
        var names = Spec.Names;
        Linear(names.Router(layer), experts.Experts, Spec.HiddenSize, bias: false);
        if (experts.SelectionBias)
        {
            Add(names.SelectionBias(layer), 0.5, experts.Experts);
        }

        if (experts.SharedWidth > 0)
        {
            FeedForward(names.SharedGate(layer), names.SharedUp(layer), names.SharedDown(layer), experts.SharedWidth, bias: false);
        }

        for (var expert = 0; expert < experts.Experts; expert++)
        {
            FeedForward(names.ExpertGate(layer, expert), names.ExpertUp(layer, expert), names.ExpertDown(layer, expert), experts.Width, bias: false);
        }
    }

    private void Norm(string name)
    {
        Add(name, 0, Spec.HiddenSize);
        if (Spec.NormBias)
        {
            Add(WeightNames.BiasOf(name), 0.5, Spec.HiddenSize);
        }
    }

    private void FeedForward(string gate, string up, string down, int width, bool bias)
    {
        Linear(gate, width, Spec.HiddenSize, bias);
        Linear(up, width, Spec.HiddenSize, bias);
        Linear(down, Spec.HiddenSize, width, bias);
    }

    private void Linear(string name, int outputs, int inputs, bool bias)
    {
        Add(name + ".weight", 2.0 / Math.Sqrt(inputs), outputs, inputs);
        if (bias)
        {
            Add(name + ".bias", 0.5, outputs);
        }
    }

    /// <summary>A spread of 0 makes a norm: around 1.</summary>
    private void Add(string name, double spread, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
        for (var i = 0; i < values.Length; i++)
        {
            var centred = (_random.NextDouble() * 2) - 1;
            values[i] = RoundToBFloat16((float)(spread == 0 ? 1 + (0.5 * centred) : spread * centred));
        }

        Weights[name] = (shape, values);
    }

    /// <summary>As the class has it. Of recipes there are two among the classes here: a vector in a matrix of one row, and a matrix in rows.</summary>
    private IEnumerable<(string Name, long[] Shape, float[] Values)> Published(string name, long[] shape, float[] values) =>
        _asPublished || !Spec.Recipes.TryGetValue(name, out var recipe) ? [(name, shape, values)]
        : recipe.NextRows.Count == 0 ? [(recipe.Name, [1, .. shape], values)]
        : recipe.Names.Select((row, number) => (row, shape[1..], values.AsSpan(number * (int)shape[1], (int)shape[1]).ToArray()));

    private static float RoundToBFloat16(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);

    private void Write(bool float32, bool sharded, bool bare)
    {
        var entries = Weights.SelectMany(weight => Published(weight.Key, weight.Value.Shape, weight.Value.Values))
            .Select(weight => weight with { Name = bare ? weight.Name["model.".Length..] : weight.Name })
            .Select(weight => float32
                ? SafetensorsWriter.Float32(weight.Name, weight.Shape, weight.Values)
                : SafetensorsWriter.BFloat16(weight.Name, weight.Shape, weight.Values)).ToList();
        if (!sharded)
        {
            SafetensorsWriter.Write(_directory.File("model.safetensors"), entries);
            return;
        }

        var half = entries.Count / 2;
        SafetensorsWriter.Write(_directory.File("model-00001-of-00002.safetensors"), entries[..half]);
        SafetensorsWriter.Write(_directory.File("model-00002-of-00002.safetensors"), entries[half..]);
        var map = new JsonObject(entries.Select((entry, index) =>
            KeyValuePair.Create(entry.Name, (JsonNode?)$"model-0000{(index < half ? 1 : 2)}-of-00002.safetensors")));
        File.WriteAllText(_directory.File("model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }
}
