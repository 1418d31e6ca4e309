using Rill.Models;

namespace Rill.Torch.Cpu.Layers;

/// <summary>What one layer's attention goes by.</summary>
internal sealed class AttentionLayer
{
    /// <summary>The layer whose keys and values are read.</summary>
    public required int Source { get; init; }

    /// <summary>True when these are the layer's own, which it writes.</summary>
    public required bool Caches { get; init; }

    /// <summary>True when values are what keys are before their norm and their rotation.</summary>
    public required bool TakesValuesFromKeys { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Query heads for each of them.</summary>
    public required int Group { get; init; }

    /// <summary>What scores are multiplied with.</summary>
    public required float Scale { get; init; }

    /// <summary>How the attention is shared out.</summary>
    public required AttentionPlan Plan { get; init; }

    /// <summary>How positions turn a head; null for not.</summary>
    public required RotaryTable? Rotations { get; init; }

    /// <summary>How queries grow with their position; null for not.</summary>
    public required QueryTemperature? Temperature { get; init; }
}
