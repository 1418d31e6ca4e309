using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A weight matrix in f32 or bf16, row-major: usually the model file's own memory.</summary>
internal sealed unsafe class DenseWeight : LinearWeight, IDisposable
{
    private readonly Tensor _tensor;
    private readonly bool _fromMemory;
    private readonly Tensor? _packed;
    private readonly byte* _address;

    /// <summary>Takes ownership of a contiguous tensor.</summary>
    /// <param name="tensor">[outputs, inner], f32 or bf16.</param>
    /// <param name="fromMemory">True when the model is larger than the processor's caches; decides the speed, never the bits.</param>
    /// <param name="pack">True for a second copy in the blocks that oneDNN's kernels read, where this build and CPU have them.</param>
    public DenseWeight(Tensor tensor, bool fromMemory, bool pack = false)
        : base((int)tensor.shape[0], (int)tensor.shape[1])
    {
        const int promptRows = 512;
        _tensor = tensor;
        _fromMemory = fromMemory;
        _address = (byte*)TensorMemory.Address(tensor);
        _packed = pack ? OneDnn.TryReorderLinearWeight(tensor, promptRows) : null;
    }

    public override bool TakesQuantized => false;

    public override void Multiply(int first, int count, in LinearInput input, float* target, int stride)
    {
        var product = new MatrixProduct
        {
            Weights = _address + ((nint)first * Inner * _tensor.ElementSize),
            WeightStride = Inner,
            Rows = count,
            Inner = Inner,
            Input = input.Rows,
            InputStride = Inner,
            Count = input.Count,
            Output = target,
            OutputStride = stride,
            FromMemory = _fromMemory,
        };
        if (_tensor.dtype == ScalarType.BFloat16)
        {
            MatrixKernel.Multiply<BFloat16Elements>(product);
        }
        else
        {
            MatrixKernel.Multiply<Float32Elements>(product);
        }
    }

    public override Tensor MultiplyByTorch(Tensor input) => _packed is null
        ? nn.functional.linear(input, _tensor)
        : OneDnn.TryLinear(input, _packed, bias: null) ?? throw new InvalidOperationException("oneDNN's linear failed; libtorch wrote why to stderr.");

    public void Dispose()
    {
        _tensor.Dispose();
        _packed?.Dispose();
    }
}
