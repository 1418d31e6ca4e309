using System.Runtime.InteropServices;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>struct llama_batch of llama.cpp 0.5.0 (include/llama.h): the tokens of a step, in memory that <c>llama_batch_init</c> gives.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int TokenCount;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceIdCounts;
    public int** SequenceIds;
    public sbyte* Outputs;

    /// <summary>Appends a token of one sequence.</summary>
    public void Add(int token, int position, int sequence, bool hasOutput)
    {
        Tokens[TokenCount] = token;
        Positions[TokenCount] = position;
        SequenceIdCounts[TokenCount] = 1;
        SequenceIds[TokenCount][0] = sequence;
        Outputs[TokenCount] = hasOutput ? (sbyte)1 : (sbyte)0;
        TokenCount++;
    }
}
