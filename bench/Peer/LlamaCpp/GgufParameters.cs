using System.Runtime.InteropServices;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>struct gguf_init_params (ggml/include/gguf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GgufParameters
{
    public byte NoAllocation;
    public nint Context;
}
