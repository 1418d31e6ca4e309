using System.Runtime.InteropServices;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>struct llama_model_params of llama.cpp 0.5.0 (include/llama.h), as node-llama-cpp 3.22.1 ships it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaModelParameters
{
    public nint Devices;
    public nint TensorBufferOverrides;
    public int GpuLayers;
    public int SplitMode;
    public int LoadMode;
    public int LazyMode;
    public int MainGpu;
    public nint TensorSplit;
    public nint ProgressCallback;
    public nint ProgressCallbackData;
    public nint KeyValueOverrides;
    public byte VocabularyOnly;
    public byte CheckTensors;
    public byte UseExtraBuffers;
    public byte NoHost;
    public byte NoAllocation;
    public byte LoadMultiTokenPrediction;

    /// <summary>True when the library's defaults stand where this layout expects them.</summary>
    public readonly bool HasKnownDefaults => this is { GpuLayers: -1, SplitMode: 1, LoadMode: -1, LazyMode: 1, MainGpu: 0, ProgressCallback: 0, VocabularyOnly: 0, UseExtraBuffers: 1, NoHost: 0 };
}
