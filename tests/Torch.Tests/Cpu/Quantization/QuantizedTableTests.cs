using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Cpu.Quantization;

/// <summary>Which matrices are quantized, and how.</summary>
public sealed class QuantizedTableTests
{
    [Fact]
    public void Entries_InFourBits_KeepEmbeddingsInEight()
    {
        using var model = GemmaModels.Gemma3n();

        var table = new QuantizedTable(model.Spec, QuantizedFormat.Q4);

        var names = model.Spec.Names;
        Assert.Equal(
            [names.Embedding, names.PerLayer.Embedding],
            table.Entries.Where(entry => entry.Format == QuantizedFormat.Q8).Select(entry => entry.Name));
        Assert.Contains(table.Entries, entry => entry.Name == names.PerLayer.Projection + ".weight" && entry.Format == QuantizedFormat.Q4);
    }

    [Fact]
    public void Entries_OfStreams_LeaveTheirRoutersExact()
    {
        using var model = GemmaModels.Gemma3n();

        var table = new QuantizedTable(model.Spec, QuantizedFormat.Q8);

        Assert.DoesNotContain(table.Entries, entry => entry.Name.Contains("altup.", StringComparison.Ordinal));
        Assert.Contains(table.Entries, entry => entry.Name.Contains("laurel.linear_left", StringComparison.Ordinal));
    }
}
