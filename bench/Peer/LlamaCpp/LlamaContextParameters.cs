using System.Runtime.InteropServices;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>struct llama_context_params of llama.cpp 0.5.0 (include/llama.h), as node-llama-cpp 3.22.1 ships it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaContextParameters
{
    public uint Context;
    public uint Batch;
    public uint MicroBatch;
    public uint MaxSequences;
    public uint RecurrentSnapshots;
    public uint MaxOutputs;
    public uint MaxOutputsPerSequence;
    public int Threads;
    public int BatchThreads;
    public int ContextType;
    public int RopeScalingType;
    public int PoolingType;
    public int AttentionType;
    public int FlashAttention;
    public float RopeFrequencyBase;
    public float RopeFrequencyScale;
    public float YarnExtrapolation;
    public float YarnAttention;
    public float YarnBetaFast;
    public float YarnBetaSlow;
    public uint YarnOriginalContext;
    public float DefragmentationThreshold;
    public nint EvaluationCallback;
    public nint EvaluationCallbackData;
    public int KeyType;
    public int ValueType;
    public nint AbortCallback;
    public nint AbortCallbackData;
    public byte Embeddings;
    public byte OffloadKeyValues;
    public byte NoPerformanceCounters;
    public byte OffloadOperations;
    public byte FullSlidingWindow;
    public byte UnifiedKeyValues;
    public nint Samplers;
    public nint SamplerCount;
    public nint OtherContext;

    /// <summary>True when the library's defaults stand where this layout expects them.</summary>
    public readonly bool HasKnownDefaults => this is
    {
        Context: 512, Batch: 2048, MicroBatch: 512, MaxSequences: 1, MaxOutputsPerSequence: 1, FlashAttention: -1,
        YarnExtrapolation: -1, YarnBetaSlow: -1, DefragmentationThreshold: -1, KeyType: LlamaNative.Float16, ValueType: LlamaNative.Float16,
        NoPerformanceCounters: 1, FullSlidingWindow: 1, UnifiedKeyValues: 0, Samplers: 0, OtherContext: 0,
    };
}
