using Rill.Models;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>What the decoder of tensor operations does not execute it names.</summary>
public sealed class TensorSwitchesTests
{
    private static readonly Dictionary<string, Func<DecoderSpec, DecoderSpec>> s_changes = new(StringComparer.Ordinal)
    {
        ["heads that differ from layer to layer"] = spec => spec with { HeadDims = [8, 8, 16] },
        ["layers without keys and values of their own"] = spec => spec with { KeyValueSources = [0, 1, 1] },
        ["values that are normed or come from the keys' projection"] = spec => spec with { ValueNorm = true },
        ["feed-forwards that differ from layer to layer"] = spec => spec with { GateCutoffs = [1, null, null] },
        ["per-layer inputs"] = spec => spec with { PerLayerInputs = new(8, 131) },
        ["several residual streams"] = spec => spec with { LaurelRank = 4 },
        ["layers with a scale"] = spec => spec with { LayerScale = true },
        ["experts beside a dense feed-forward"] = spec => spec with { Experts = [null, new() { Experts = 2, Top = 1, Width = 8, BesideDense = true }, null] },
    };

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Check_OfWhatIsNotExecuted_NamesIt(string expected)
    {
        using var model = new TinyModel();

        var error = Assert.Throws<ModelFormatException>(() => TensorSwitches.Check(s_changes[expected](model.Spec)));

        Assert.Equal($"LlamaForCausalLM: the GPU's decoder does not compute {expected} yet; serve the model on the CPU (Rill__Device=cpu).", error.Message);
    }

    [Fact]
    public void Missing_OfAnOrdinaryModel_IsNothing()
    {
        using var model = new TinyModel();

        Assert.Null(TensorSwitches.Missing(model.Spec));
    }
}
