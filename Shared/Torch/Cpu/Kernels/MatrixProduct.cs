namespace Rill.Torch.Cpu.Kernels;

/// <summary>Some rows of a weight matrix times some input rows: output[n, r] = sum over k of input[n, k] * weights[r, k].</summary>
internal unsafe struct MatrixProduct
{
    /// <summary>The first weight row.</summary>
    public void* Weights;

    /// <summary>Elements from one weight row to the next.</summary>
    public int WeightStride;

    /// <summary>Weight rows.</summary>
    public int Rows;

    /// <summary>Elements of a weight row and of an input row.</summary>
    public int Inner;

    /// <summary>The first input row.</summary>
    public float* Input;

    /// <summary>Elements from one input row to the next.</summary>
    public int InputStride;

    /// <summary>Input rows.</summary>
    public int Count;

    /// <summary>Where the first weight row's product with the first input row goes.</summary>
    public float* Output;

    /// <summary>Elements from one input row's outputs to the next's.</summary>
    public int OutputStride;

    /// <summary>True when the weights come from memory at each use, false when a cache of the processor may hold them.</summary>
    public bool FromMemory;

    /// <summary>True when the weight rows follow one another without a gap.</summary>
    public readonly bool IsContiguous => WeightStride == Inner;
}
