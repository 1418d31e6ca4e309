using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Kernels;

/// <summary>A weight matrix [outputs, inner] in f32 or bf16, row-major: usually the model file's own memory.</summary>
internal sealed unsafe class HostWeight : IDisposable
{
    private readonly Tensor _tensor;
    private readonly Tensor? _packed;
    private readonly byte* _address;

    /// <summary>Takes ownership of a contiguous tensor.</summary>
    /// <param name="tensor">[outputs, inner], f32 or bf16.</param>
    /// <param name="pack">True for a second copy in the blocks that oneDNN's kernels read, where this build and CPU have them.</param>
    public HostWeight(Tensor tensor, bool pack = false)
    {
        const int promptRows = 512;
        _tensor = tensor;
        _address = (byte*)TensorMemory.Address(tensor);
        Outputs = (int)tensor.shape[0];
        Inner = (int)tensor.shape[1];
        _packed = pack ? DispatcherShim.TryReorderLinearWeight(tensor, promptRows) : null;
    }

    public int Outputs { get; }

    public int Inner { get; }

    /// <summary>Computes some outputs of some rows with our kernels, bit for bit the same for any choice of both.</summary>
    /// <param name="first">The first output.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="input">The first row; rows of <see cref="Inner"/> elements follow one another.</param>
    /// <param name="rows">How many.</param>
    /// <param name="target">Where the first row's first output goes.</param>
    /// <param name="stride">Elements from one row's outputs to the next's.</param>
    public void Multiply(int first, int outputs, float* input, int rows, float* target, int stride)
    {
        var product = new MatrixProduct
        {
            Weights = _address + ((nint)first * Inner * _tensor.ElementSize),
            WeightStride = Inner,
            Rows = outputs,
            Inner = Inner,
            Input = input,
            InputStride = Inner,
            Count = rows,
            Output = target,
            OutputStride = stride,
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

    /// <summary>All outputs through libtorch: [rows, inner] in the weight's type to [rows, outputs] in the same.</summary>
    public Tensor MultiplyByTorch(Tensor input) => _packed is null
        ? nn.functional.linear(input, _tensor)
        : DispatcherShim.TryLinear(input, _packed, bias: null) ?? throw new InvalidOperationException("oneDNN's linear failed; libtorch wrote why to stderr.");

    public void Dispose()
    {
        _tensor.Dispose();
        _packed?.Dispose();
    }
}
