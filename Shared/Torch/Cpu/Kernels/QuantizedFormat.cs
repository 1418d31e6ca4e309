namespace Rill.Torch.Cpu.Kernels;

/// <summary>How weights are kept in fewer bits: 32 along the inner dimension share a bf16 scale, symmetric around zero.</summary>
internal enum QuantizedFormat
{
    /// <summary>Eight bits a weight, 8.5 with the scale: -128 to 127 times the scale.</summary>
    Q8,

    /// <summary>Four bits a weight, 4.5 with the scale: -8 to 7 times the scale.</summary>
    Q4,
}
