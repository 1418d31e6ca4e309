using System.Runtime.InteropServices;
using Rill.Bench.Models;
using Rill.Models;

namespace Rill.Bench.Peer.Gguf;

/// <summary>
/// Turns a Hugging Face directory of a Llama or Qwen3 (with experts or without) with tied embeddings and bf16 weights into GGUF, without a vocabulary: the peer is given
/// token ids. Norms are stored in f32. A Llama's rows of queries and keys are reordered, since llama.cpp turns neighbouring values of its heads
/// and Hugging Face the two halves of a head: row 2i + h of a head is row h * headDim / 2 + i in safetensors. A Qwen3's halves both turn.
/// </summary>
internal sealed class GgufWriter
{
    private const string Llama = "LlamaForCausalLM", Qwen3 = "Qwen3ForCausalLM", Qwen3Moe = "Qwen3MoeForCausalLM";

    private readonly DecoderSpec _spec;
    private readonly ModelWeights _weights;
    private readonly WeightFormat _format;
    private readonly float[]? _frequencyDivisors;

    private GgufWriter(DecoderSpec spec, ModelWeights weights, WeightFormat format)
    {
        (_spec, _weights, _format) = (spec, weights, format);
        var rotary = spec.Rotaries[0]!;
        _frequencyDivisors = rotary.Scaling is null ? null
            : [.. new RotarySpec(rotary.Theta).InverseFrequencies(spec.HeadDim).Zip(rotary.InverseFrequencies(spec.HeadDim), (plain, scaled) => plain / scaled)];
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="NotSupportedException">The model is no plain Llama or Qwen3 (with experts or without) with tied embeddings, or a quantized row is not whole blocks.</exception>
    public static void Write(string directory, string path, WeightFormat format)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(ModelFiles.InDirectory(directory)));
        if (spec.Architecture is not (Llama or Qwen3 or Qwen3Moe) || !spec.TiedEmbeddings || spec.QueryKeyValueBias || spec.OutputBias || spec.FeedForwardBias)
        {
            throw new NotSupportedException($"{directory}: only a {Llama}, {Qwen3} or {Qwen3Moe} with tied embeddings and without biases can be written as GGUF.");
        }

        using var weights = ModelWeights.Open(directory);
        using var file = File.Create(path);
        new GgufWriter(spec, weights, format).WriteTo(file);
    }

    private void WriteTo(FileStream file)
    {
        var tensors = DecoderTensor.Of(_spec);
        var header = new GgufHeader();
        AddFacts(header);
        foreach (var parts in Joined(tensors))
        {
            long[] shape = parts.Count == 1 ? parts[0].Shape : [parts.Count, .. parts[0].Shape];
            header.AddTensor(parts[0].GgufName, shape, TypeOf(parts[0]), (long)parts.Count * parts[0].Rows * RowBytes(parts[0]));
        }

        if (_frequencyDivisors is not null)
        {
            header.AddTensor("rope_freqs.weight", [_frequencyDivisors.Length], GgufType.F32, _frequencyDivisors.Length * sizeof(float));
        }

        header.WriteTo(file);
        foreach (var parts in Joined(tensors))
        {
            parts.ForEach(part => WriteData(file, part));
            GgufHeader.Pad(file);
        }

        if (_frequencyDivisors is not null)
        {
            file.Write(MemoryMarshal.AsBytes(_frequencyDivisors.AsSpan()));
            GgufHeader.Pad(file);
        }
    }

    private void AddFacts(GgufHeader header)
    {
        var family = _spec.Architecture switch { Llama => "llama", Qwen3 => "qwen3", _ => "qwen3moe" };
        header.Add("general.architecture", family);
        header.Add($"{family}.context_length", _spec.ContextLength);
        header.Add($"{family}.embedding_length", _spec.HiddenSize);
        header.Add($"{family}.block_count", _spec.LayerCount);
        header.Add($"{family}.feed_forward_length", _spec.FeedForwardSize);
        header.Add($"{family}.attention.head_count", _spec.HeadCount);
        header.Add($"{family}.attention.head_count_kv", _spec.KeyValueHeadCount);
        header.Add($"{family}.attention.key_length", _spec.HeadDim);
        header.Add($"{family}.attention.value_length", _spec.HeadDim);
        header.Add($"{family}.attention.layer_norm_rms_epsilon", _spec.NormEpsilon);
        header.Add($"{family}.rope.dimension_count", _spec.HeadDim);
        header.Add($"{family}.rope.freq_base", (float)_spec.Rotaries[0]!.Theta);
        if (_spec.ExpertsOf(0) is { } experts)
        {
            header.Add($"{family}.expert_count", experts.Experts);
            header.Add($"{family}.expert_used_count", experts.Top);
            header.Add($"{family}.expert_feed_forward_length", experts.Width);
        }

        header.Add($"{family}.vocab_size", _spec.VocabularySize);
        header.Add("tokenizer.ggml.model", "none");
    }

    private GgufType TypeOf(DecoderTensor tensor) => (_format, tensor.Kind) switch
    {
        (WeightFormat.F32, _) or (_, DecoderTensorKind.Norm or DecoderTensorKind.Exact) => GgufType.F32,
        (WeightFormat.BF16, _) => GgufType.BF16,
        (WeightFormat.Q4, not DecoderTensorKind.Embedding) => GgufType.Q4,
        _ => GgufType.Q8,
    };

    private int RowBytes(DecoderTensor tensor) => TypeOf(tensor) switch
    {
        GgufType.Q8 or GgufType.Q4 when tensor.Columns % BlockQuantizer.Block != 0 =>
            throw new NotSupportedException($"{tensor.Name} has rows of {tensor.Columns} values: a quantized row is whole blocks of {BlockQuantizer.Block}."),
        GgufType.F32 => tensor.Columns * sizeof(float),
        GgufType.BF16 => tensor.Columns * sizeof(ushort),
        GgufType.Q8 => tensor.Columns / BlockQuantizer.Block * BlockQuantizer.Q8Bytes,
        _ => tensor.Columns / BlockQuantizer.Block * BlockQuantizer.Q4Bytes,
    };

    private unsafe void WriteData(FileStream file, DecoderTensor tensor)
    {
        var weight = _weights.Get(tensor.Name, tensor.Shape);
        if (weight.Type != WeightType.BFloat16)
        {
            throw new NotSupportedException($"{tensor.Name} must be bf16 to be written as GGUF, but is {weight.Type}.");
        }

        var type = TypeOf(tensor);
        var values = new float[tensor.Columns];
        var row = new byte[RowBytes(tensor)];
        for (var i = 0; i < tensor.Rows; i++)
        {
            var source = tensor.Kind == DecoderTensorKind.Rotated && _spec.Architecture == Llama ? HalfSplitRow(i, _spec.HeadDim) : i;
            Encode(new ReadOnlySpan<ushort>((ushort*)weight.Address + ((long)source * tensor.Columns), tensor.Columns), type, values, row);
            file.Write(row);
        }
    }

    /// <summary>The weights that are one tensor in GGUF together.</summary>
    private static IEnumerable<List<DecoderTensor>> Joined(IReadOnlyList<DecoderTensor> tensors) =>
        tensors.GroupBy(tensor => tensor.GgufName, (_, parts) => parts.ToList());

    /// <summary>Where the row that llama.cpp has at this place stands in safetensors.</summary>
    internal static int HalfSplitRow(int row, int headDim)
    {
        var (head, within) = Math.DivRem(row, headDim);
        return (head * headDim) + (within % 2 * (headDim / 2)) + (within / 2);
    }

    private static void Encode(ReadOnlySpan<ushort> source, GgufType type, Span<float> values, Span<byte> row)
    {
        if (type == GgufType.BF16)
        {
            MemoryMarshal.AsBytes(source).CopyTo(row);
            return;
        }

        for (var i = 0; i < source.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }

        switch (type)
        {
            case GgufType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(row);
                break;
            case GgufType.Q8:
                BlockQuantizer.ToQ8(values, row);
                break;
            default:
                BlockQuantizer.ToQ4(values, row);
                break;
        }
    }
}
