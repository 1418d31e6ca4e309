namespace Rill.Torch.Cpu.Kernels;

/// <summary>Elements of the KV cache, which may have a scale beside each vector of a head.</summary>
internal unsafe interface ICacheElements : IElements
{
    /// <summary>True when a vector's elements are to be multiplied with a scale.</summary>
    static abstract bool HasScales { get; }

    /// <summary>Bytes of a vector's scale; 0 without one.</summary>
    static virtual int ScaleSize => 0;

    /// <summary>Stores a vector.</summary>
    /// <param name="vector">Its elements in f32.</param>
    /// <param name="target">Gets the elements.</param>
    /// <param name="size">How many.</param>
    /// <param name="scale">Gets the scale; not touched where there is none.</param>
    static abstract void Write(float* vector, void* target, int size, float* scale);
}
