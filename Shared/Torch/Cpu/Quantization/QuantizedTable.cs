using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>All quantized matrices of a model, one behind the other in one piece of memory: what a decoder's shapes and a format make of it.</summary>
internal sealed class QuantizedTable
{
    /// <summary>Matrices begin at multiples of this: a line of the processor's cache.</summary>
    private const int Alignment = 64;

    /// <summary>Places a model's matrices in the order in which the decoder uses them.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="format">The format of the layers. Embeddings and the head are q8 in any case, as their error reaches every logit.</param>
    public QuantizedTable(DecoderSpec spec, QuantizedFormat format)
    {
        var entries = new List<QuantizedEntry>();
        foreach (var (name, shape) in DecoderTensors.Matrices(spec))
        {
            var isVocabulary = name == spec.Names.Embedding || name == spec.Names.Head || name == spec.Names.PerLayer.Embedding;
            var entry = new QuantizedEntry(name, isVocabulary ? QuantizedFormat.Q8 : format, (int)shape[0], (int)shape[1], ByteCount);
            entries.Add(entry);
            ByteCount += (entry.ByteCount + Alignment - 1) / Alignment * Alignment;
        }

        Format = format;
        Entries = entries;
    }

    /// <summary>The format of the layers.</summary>
    public QuantizedFormat Format { get; }

    /// <summary>The matrices.</summary>
    public IReadOnlyList<QuantizedEntry> Entries { get; }

    /// <summary>Bytes of all matrices, gaps between them included.</summary>
    public long ByteCount { get; }
}
