using Rill.Models;
using Rill.Serving;
using Rill.Torch.Kernels;
using Rill.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Layers;

/// <summary>
/// The decoder on the CPU: linear layers in libtorch, everything else in kernels over single rows. In f32 a row's logits are the same
/// bits alone, in any batch, for any chunking of the prompt, and with keys from the prefix cache.
/// </summary>
/// <typeparam name="T">Type of activations and of the KV cache. The residual stream is f32 in any case.</typeparam>
internal sealed unsafe class HostDecoder<T> : IDecoder where T : IElements
{
    private readonly DecoderSpec _spec;
    private readonly KeyValueCache _cache;
    private readonly HostAttention<T> _attention;
    private readonly WorkSharing _work;
    private readonly Tensor _embedding;
    private readonly HostLayer[] _layers;
    private readonly HostNorm _finalNorm;
    private readonly HostLinear _head;

    private readonly NativeBuffer _residual = new();
    private readonly NativeBuffer _normed = new();
    private readonly NativeBuffer _wide = new();

    /// <summary>Loads the weights; <paramref name="weights"/> must outlive the decoder.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="threads">Most threads for the kernels.</param>
    public HostDecoder(DecoderSpec spec, ModelWeights weights, KeyValueLayout layout, int threads)
    {
        _spec = spec;
        _work = new(threads);
        _cache = new(layout);
        _attention = new(spec, _cache, _work);
        var tensors = new WeightTensors(weights, T.ScalarType);
        _embedding = tensors.Mapped(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(index => new HostLayer(spec, tensors, index))];
        _finalNorm = new(tensors, spec.Names.FinalNorm, spec.HiddenSize);
        _head = new(tensors.Get(spec.TiedEmbeddings ? spec.Names.Embedding : spec.Names.Head, spec.VocabularySize, spec.HiddenSize), bias: null);
    }

    public Tensor? Forward(StepPlan plan)
    {
        var count = plan.Rows.Length;
        var residual = (float*)_residual.Ensure((long)count * _spec.HiddenSize * sizeof(float));
        Embed(plan.Rows, residual);
        _attention.Begin(plan.Rows);
        for (var index = 0; index < _layers.Length; index++)
        {
            var layer = _layers[index];
            using (var normed = Norm(residual, count, layer.AttentionNorm))
            using (var queryKeyValue = layer.QueryKeyValue.Forward(normed))
            using (var attended = _attention.Forward(queryKeyValue, index, layer, plan.Rows))
            using (var output = layer.Output.Forward(attended))
            {
                AddTo(residual, output, count);
            }

            using (var normed = Norm(residual, count, layer.FeedForwardNorm))
            using (var gateUp = layer.GateUp.Forward(normed))
            using (var gated = Gate(gateUp, count))
            using (var down = layer.Down.Forward(gated))
            {
                AddTo(residual, down, count);
            }
        }

        return plan.SamplingRows.Length == 0 ? null : Logits(residual, plan.SamplingRows);
    }

    public void ReleaseSlot(int slot) => _cache.ReleaseSlot(slot);

    public void ReleaseBlock(int block) => _cache.ReleaseBlock(block);

    public void Restore(BlockCopy copy) => _cache.Restore(copy);

    public void Save(BlockCopy copy) => _cache.Save(copy);

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        _finalNorm.Dispose();
        _head.Dispose();
        _embedding.Dispose();
        _attention.Dispose();
        _residual.Dispose();
        _normed.Dispose();
        _wide.Dispose();
        _cache.Dispose();
    }

    private void Embed(TokenRow[] rows, float* residual)
    {
        var table = TensorMemory.Address(_embedding);
        var size = _spec.HiddenSize;
        for (var row = 0; row < rows.Length; row++)
        {
            var target = residual + ((long)row * size);
            switch (_embedding.dtype)
            {
                case ScalarType.Float32:
                    RowKernels.Widen<Float32Elements>((float*)table + ((long)rows[row].Token * size), target, size);
                    break;
                case ScalarType.BFloat16:
                    RowKernels.Widen<BFloat16Elements>((ushort*)table + ((long)rows[row].Token * size), target, size);
                    break;
                default:
                    RowKernels.Widen<Float16Elements>((ushort*)table + ((long)rows[row].Token * size), target, size);
                    break;
            }
        }
    }

    private Tensor Norm(float* residual, int count, HostNorm norm)
    {
        var size = _spec.HiddenSize;
        var target = _normed.Ensure(HostLinear.PadRows(count) * size * T.Size);
        _work.Run(count, (long)count * size * 2, row =>
            RowKernels.RmsNorm<T>(residual + ((long)row * size), norm.Weight, _spec.NormEpsilon, target + ((long)row * size * T.Size), size));
        return WrapPadded(target, count, size);
    }

    private Tensor Gate(Tensor gateUp, int count)
    {
        var size = _spec.FeedForwardSize;
        var source = (byte*)TensorMemory.Address(gateUp);
        var target = _wide.Ensure(HostLinear.PadRows(count) * size * T.Size);
        _work.Run(count, (long)count * size * 4, row =>
            RowKernels.SiluGate<T>(source + (2L * row * size * T.Size), target + ((long)row * size * T.Size), size));
        return WrapPadded(target, count, size);
    }

    private void AddTo(float* residual, Tensor addend, int count)
    {
        var size = _spec.HiddenSize;
        var source = (byte*)TensorMemory.Address(addend);
        for (var row = 0; row < count; row++)
        {
            RowKernels.Add<T>(residual + ((long)row * size), source + ((long)row * size * T.Size), size);
        }
    }

    private Tensor Logits(float* residual, int[] rows)
    {
        var size = _spec.HiddenSize;
        var target = _normed.Ensure(HostLinear.PadRows(rows.Length) * size * T.Size);
        for (var i = 0; i < rows.Length; i++)
        {
            RowKernels.RmsNorm<T>(residual + ((long)rows[i] * size), _finalNorm.Weight, _spec.NormEpsilon, target + ((long)i * size * T.Size), size);
        }

        using var normed = WrapPadded(target, rows.Length, size);
        using var logits = _head.Forward(normed);
        using var wanted = logits.narrow(0, 0, rows.Length);
        return wanted.to_type(ScalarType.Float32, copy: true);
    }

    /// <summary>Rows beyond <paramref name="count"/> hold whatever an earlier step left there; nobody reads what becomes of them.</summary>
    private static Tensor WrapPadded(byte* memory, int count, int size) => TensorMemory.Wrap(memory, T.ScalarType, HostLinear.PadRows(count), size);
}
