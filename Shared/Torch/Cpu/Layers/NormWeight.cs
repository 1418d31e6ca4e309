namespace Rill.Torch.Cpu.Layers;

/// <summary>The weights of a norm.</summary>
/// <param name="Weight">What rows are multiplied with.</param>
/// <param name="Bias">What is added then; null for none.</param>
internal sealed record NormWeight(WeightVector Weight, WeightVector? Bias = null);
