using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Rows of one sequence, at positions that follow one another, and a chunk of the keys and values that they attend to.</summary>
internal unsafe struct AttentionChunk
{
    /// <summary>The chunk's keys, [position, headDim].</summary>
    public byte* Keys;

    /// <summary>The chunk's values, [position, headDim].</summary>
    public byte* Values;

    /// <summary>What a position's key elements are multiplied with, one factor a position; null for 1.</summary>
    public float* KeyScales;

    /// <summary>What a position's value elements are multiplied with; null for 1.</summary>
    public float* ValueScales;

    /// <summary>Width of a head.</summary>
    public int HeadDim;

    /// <summary>Queries, [row, group, headDim], rotated and divided by sqrt(headDim).</summary>
    public float* Queries;

    /// <summary>Rows, at least 1.</summary>
    public int Rows;

    /// <summary>Query heads of a row.</summary>
    public int Group;

    /// <summary>The first row's position, counted from the chunk's first: beyond the chunk for rows that see all of it.</summary>
    public int Position;

    /// <summary>The chunk's first position.</summary>
    public int Start;

    /// <summary>Which positions a row attends to.</summary>
    public AttentionReach Reach;

    /// <summary>c where a score z becomes c * tanh(z / c); 0 for none.</summary>
    public float SoftCap;

    /// <summary>The positions of the chunk that a row attends to; empty when the end is not above the first.</summary>
    public readonly (int First, int End) Range(int row)
    {
        var own = Position + row;
        return (
            Math.Clamp(Reach.First(Start + own) - Start, 0, AttentionKernel.ChunkPositions),
            Math.Clamp(own + 1, 0, AttentionKernel.ChunkPositions));
    }
}
