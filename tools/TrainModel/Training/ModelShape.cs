namespace Rill.TrainModel.Training;

/// <summary>The sizes of the model, in the terms of a Qwen3 config.json.</summary>
internal sealed record ModelShape
{
    public required int VocabularySize { get; init; }

    public int HiddenSize { get; init; } = 256;

    public int Layers { get; init; } = 6;

    public int Heads { get; init; } = 4;

    public int KeyValueHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 64;

    public int IntermediateSize { get; init; } = 576;

    public int MaxPositions { get; init; } = 2_048;

    public double RotaryBase { get; init; } = 100_000;

    public double NormEpsilon { get; init; } = 1e-6;
}
