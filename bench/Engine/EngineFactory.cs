using Rill.Bench.Models;

namespace Rill.Bench.Engine;

/// <summary>Starts the engines that are compared.</summary>
internal static class EngineFactory
{
    /// <summary>Threads that each engine computes with.</summary>
    public const int Threads = 2;

    /// <summary>Rill.</summary>
    public static EngineProcess StartRill(ModelShape shape, WeightFormat format, bool fillContext = false) => new(new EngineSetup
    {
        IsPeer = false,
        Model = ModelCache.HuggingFace(shape),
        Format = format,
        Threads = Threads,
        FillContext = fillContext,
    });

    /// <summary>Rill with adapters.</summary>
    public static EngineProcess StartRill(ModelShape shape, WeightFormat format, IReadOnlyList<string> adapters) => new(new EngineSetup
    {
        IsPeer = false,
        Model = ModelCache.HuggingFace(shape),
        Format = format,
        Threads = Threads,
        Adapters = adapters,
    });

    /// <summary>Rill on a GPU.</summary>
    public static EngineProcess StartRill(ModelShape shape, WeightFormat format, GpuSetup gpu) => new(new EngineSetup
    {
        IsPeer = false,
        Model = ModelCache.HuggingFace(shape),
        Format = format,
        Threads = Threads,
        Gpu = gpu,
    });

    /// <summary>llama.cpp.</summary>
    public static EngineProcess StartPeer(ModelShape shape, WeightFormat format, bool flashAttention = true) => new(new EngineSetup
    {
        IsPeer = true,
        Model = ModelCache.Gguf(shape, format),
        Format = format,
        Threads = Threads,
        FlashAttention = flashAttention,
    });
}
