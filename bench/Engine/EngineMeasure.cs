using Rill.Bench.Models;

namespace Rill.Bench.Engine;

/// <summary>One of the speeds that are compared.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="TokensPerSecond">Measures it on an engine.</param>
internal sealed record EngineMeasure(string Name, Func<EngineProcess, double> TokensPerSecond)
{
    private const int Context = 64;

    /// <summary>All of them, with so many steps of decoding.</summary>
    public static IReadOnlyList<EngineMeasure> All(int steps) =>
    [
        Decode(1, steps), Decode(8, steps), Decode(16, steps),
        new("prefill 512", engine => engine.Prefill(512)),
    ];

    /// <summary>The ratio that is aimed at (Rill's tokens a second divided by llama.cpp's); null for none.</summary>
    public double? Target(ModelShape shape, WeightFormat format) => (shape.Name, Name, format) switch
    {
        ("M", "decode, batch 1", WeightFormat.BF16) => 1.05,
        ("M", "decode, batch 1", WeightFormat.Q8) => 1.3,
        ("M", "decode, batch 1", WeightFormat.Q4) => 1.2,
        ("M", "decode, batch 8", WeightFormat.BF16) => 1.4,
        ("M", "decode, batch 8", WeightFormat.Q8) => 1.8,
        ("M", "decode, batch 8", WeightFormat.Q4) => 1.6,
        ("M", "decode, batch 16", WeightFormat.BF16) => 1.4,
        ("M", "decode, batch 16", WeightFormat.Q8) => 1.8,
        ("M", "decode, batch 16", WeightFormat.Q4) => 1.3,
        ("M", "prefill 512", WeightFormat.BF16) => 1.4,
        ("M", "prefill 512", WeightFormat.Q8) => 1.6,
        ("M", "prefill 512", WeightFormat.Q4) => 1.1,
        ("S", "decode, batch 1", WeightFormat.BF16) => 2,
        ("S", "decode, batch 1", WeightFormat.Q8) => 1.8,
        ("S", "decode, batch 1", WeightFormat.Q4) => 1.5,
        ("X", "decode, batch 1", WeightFormat.BF16) => 1.05,
        ("X", "decode, batch 1", _) => 1.2,
        ("X", "decode, batch 8", _) => 1.3,
        ("X", "prefill 512", _) => 1.3,
        ("L", "decode, batch 1", WeightFormat.BF16) => 1,
        ("L", "decode, batch 1", WeightFormat.Q8) => 1.15,
        ("L", "decode, batch 1", WeightFormat.Q4) => 1.2,
        _ => null,
    };

    private static EngineMeasure Decode(int sequences, int steps) =>
        new($"decode, batch {sequences}", engine => engine.Decode(sequences, Context, steps));
}
