using System.Text.Json;
using Rill.Bench.Models;

namespace Rill.Bench.Engine;

/// <summary>What a child process is started with.</summary>
internal sealed record EngineSetup
{
    /// <summary>The first argument of the command line that starts a child.</summary>
    public const string Word = "engine-child";

    /// <summary>True for llama.cpp.</summary>
    public required bool IsPeer { get; init; }

    /// <summary>The model directory, or the peer's GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>How weights are held.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>The peer's fused attention.</summary>
    public bool FlashAttention { get; init; } = true;

    /// <summary>Rill's long prompts are filled instead of computed.</summary>
    public bool FillContext { get; init; }

    /// <summary>Adapters that Rill loads; sequences take turns with them, and none is the model's own.</summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];

    /// <summary>The GPU that Rill runs on; null for the CPU.</summary>
    public GpuSetup? Gpu { get; init; }

    /// <summary>Just before the start of the process, in ticks of the stopwatch, which all processes share.</summary>
    public long StartedAt { get; init; }

    /// <summary>The command line's arguments.</summary>
    public IEnumerable<string> ToArguments() => [Word, JsonSerializer.Serialize(this)];

    /// <summary>Reads them back.</summary>
    public static EngineSetup Parse(string argument) => JsonSerializer.Deserialize<EngineSetup>(argument)!;
}
