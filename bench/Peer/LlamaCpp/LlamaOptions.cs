namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>How llama.cpp computes.</summary>
/// <param name="Threads">Threads for single tokens and for prompts.</param>
/// <param name="FlashAttention">One fused kernel for attention.</param>
/// <param name="FullPrecisionCache">Keys and values in f32 instead of f16, llama.cpp's default.</param>
internal sealed record LlamaOptions(int Threads, bool FlashAttention, bool FullPrecisionCache = false);
