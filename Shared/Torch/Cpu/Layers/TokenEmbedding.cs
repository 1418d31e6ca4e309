using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>What a token and its position become in the residual stream.</summary>
internal sealed unsafe class TokenEmbedding
{
    private readonly DecoderSpec _spec;
    private readonly IEmbedding _tokens;
    private readonly DenseEmbedding? _positions;
    private readonly RowBuffer _places;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="places">Memory for rows of the hidden width, which is free between steps.</param>
    public TokenEmbedding(DecoderSpec spec, CpuLayerFactory weights, RowBuffer places)
    {
        (_spec, _places) = (spec, places);
        _tokens = weights.Embedding(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize);
        _positions = spec.LearnedPositions ? weights.Positions(spec.Names.Positions, spec.ContextLength, spec.HiddenSize) : null;
    }

    /// <summary>Writes the rows into the residual stream.</summary>
    public void Gather(TokenRow[] rows, RowBuffer residual)
    {
        _tokens.Gather(rows, residual);
        for (var row = 0; row < rows.Length && _spec.EmbeddingScale != 1; row++)
        {
            RowKernels.Scale(residual.Row(row), _spec.EmbeddingScale, residual.Row(row), residual.Width);
        }

        if (_positions is null)
        {
            return;
        }

        _positions.Gather(Array.ConvertAll(rows, row => row with { Token = row.Position }), _places);
        for (var row = 0; row < rows.Length; row++)
        {
            RowKernels.Add<Float32Elements>(residual.Row(row), _places.Row(row), residual.Width);
        }
    }
}
