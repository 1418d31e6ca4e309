using Rill.Models;
using Rill.Models.Architectures.PerLayer;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>What metadata of Gemma 3n and Gemma 4 become, whose layers differ.</summary>
public sealed class GgufGemmaTests : IDisposable
{
    private static readonly float[] s_divisors = [1, 1, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f, 1e30f];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_Gemma4_HasHeadsAndWindowsByLayer()
    {
        var spec = Spec(Gemma4(("attention.head_count_kv", (int[])[2, 1, 2, 1])));

        Assert.Equal([8, null, 8, null], spec.AttentionWindows);
        Assert.Equal([8, 16, 8, 16], spec.HeadDims);
        Assert.Equal([2, 1, 2, 1], spec.KeyValueHeadCounts);
        Assert.Equal([false, true, false, true], spec.ValuesFromKeyProjection);
        Assert.Equal((1f, MathF.Sqrt(32), 30f, 0f), (spec.AttentionScale, spec.EmbeddingScale, spec.LogitSoftCap, spec.NormOffset));
        Assert.Null(spec.PerLayerInputs);
        AssertGgufNames(spec);
    }

    [Fact]
    public void Read_Gemma4_DividesFrequenciesOnlyWithoutAWindow()
    {
        var rotaries = Spec(Gemma4(("rope.freq_base", 1e6f), ("rope.freq_base_swa", 5e4f))).Rotaries;
        var (full, sliding) = (new RotarySpec(1e6).InverseFrequencies(16), new RotarySpec(5e4));

        Assert.Equal((sliding, sliding), (rotaries[0], rotaries[2]));
        Assert.Equal([full[0], full[1]], rotaries[1]!.InverseFrequencies(16)[..2]);
        Assert.All(rotaries[3]!.InverseFrequencies(16)[2..], frequency => Assert.InRange(frequency, 0, 1e-30));
    }

    [Fact]
    public void Read_Gemma4WithValuesOfTheirOwn_TakesThemFromTheirTensors()
    {
        var spec = Spec(Gemma4().WithFloats("blk.1.attn_v.weight", [32, 32], new float[1024]));

        Assert.DoesNotContain(true, spec.ValuesFromKeyProjection);
        Assert.Equal([2, 2, 2, 2], spec.KeyValueHeadCounts);
    }

    [Fact]
    public void Read_Gemma4ThatSharesKeys_HasWiderLayersAndInputsOfItsLayers()
    {
        var spec = Spec(Gemma4(
            ("attention.shared_kv_layers", 2), ("feed_forward_length", (int[])[48, 48, 96, 96]), ("embedding_length_per_layer_input", 4), ("final_logit_softcapping", 0f))
            .WithFloats("per_layer_token_embd.weight", [16, 7], new float[112]));

        Assert.Equal([0, 1, 0, 1], spec.KeyValueSources);
        Assert.Equal([48, 48, 96, 96], spec.FeedForwardSizes);
        Assert.Equal(new PerLayerInputSpec(4, 7), spec.PerLayerInputs);
        Assert.Null(spec.LogitSoftCap);
        AssertGgufNames(spec);
    }

    [Theory]
    [InlineData(false, "blk.2.ffn_up_exps.weight", 0)]
    [InlineData(true, "blk.2.ffn_gate_up_exps.weight", 16)]
    public void Read_Gemma4WithExperts_HasThemBesideTheDenseOne(bool fused, string stack, long firstRow)
    {
        var writer = Gemma4(("expert_count", 4), ("expert_used_count", 2), ("expert_feed_forward_length", 16));
        var spec = Spec(fused ? writer.WithFloats("blk.3.ffn_gate_up_exps.weight", [32, 32, 4], new float[4096]) : writer);

        var experts = spec.Experts[2]!;
        Assert.Equal((4, 2, 16, true), (experts.Experts, experts.Top, experts.Width, experts.BesideDense));
        Assert.Equal(
            new WeightRecipe(stack) { Expert = 3, Rows = fused ? new(firstRow) : null }, spec.Recipes[spec.Names.ExpertUp(2, 3) + ".weight"]);
        Assert.Equal(new WeightRecipe("blk.2.ffn_down_exps.weight") { Expert = 3 }, spec.Recipes[spec.Names.ExpertDown(2, 3) + ".weight"]);
        AssertGgufNames(spec);
    }

    [Fact]
    public void Read_Gemma3n_HasItsStreamsCutoffsAndInputs()
    {
        var spec = Spec(Gemma3n(("activation_sparsity_scale", (float[])[1.5f, float.NegativeInfinity, 0.25f, 0])));

        Assert.Equal((new AltUpSpec(3, true), 2, new PerLayerInputSpec(4, 7)), (spec.AltUp, spec.LaurelRank, spec.PerLayerInputs));
        Assert.Equal([1.5, null, 0.25, null], spec.GateCutoffs.Select(cutoff => cutoff is { } number ? Math.Round(number, 6) : (double?)null));
        Assert.Equal([8, null, 8, null], spec.AttentionWindows);
        Assert.Equal([0, 1, 0, 1], spec.KeyValueSources);
        Assert.Equal((1e6, 1e4), (spec.Rotaries[1]!.Theta, spec.Rotaries[0]!.Theta));
        Assert.Equal(new WeightRecipe("altup_unembd_proj.weight") { Expert = 1 }, spec.Recipes[spec.Names.AltUp.UnembedPrefix + "1.weight"]);
        AssertGgufNames(spec);
    }

    [Fact]
    public void Read_Gemma3nOfOldFiles_HasWhatLlamaCppFixes()
    {
        var spec = Spec(Gemma3n(("attention.sliding_window_pattern", null), ("attention.shared_kv_layers", null), ("altup.num_inputs", null)));

        Assert.Equal([8, 8, 8, 8], spec.AttentionWindows);    // each fifth attends to everything
        Assert.Empty(spec.KeyValueSources);                   // the first 20 have keys
        Assert.Equal((4, 30f), (spec.AltUp!.Streams, spec.LogitSoftCap));
    }

    [Theory]
    [InlineData("attention.sliding_window_pattern", null, "gemma4.attention.sliding_window_pattern is missing")]
    [InlineData("attention.sliding_window_pattern", new[] { true, false }, "has 2 items for 4 layers")]
    [InlineData("attention.sliding_window_pattern", new[] { true, false, false, true }, "is true for the last layer")]
    [InlineData("attention.key_length_swa", null, "gemma4.attention.key_length_swa is missing")]
    [InlineData("attention.head_count_kv", new[] { 2, 1, 1, 1 }, "attention.head_count_kv differs among layers of one kind")]
    [InlineData("feed_forward_length", new[] { 48, 48, 48, 96 }, "feed_forward_length differs from layer to layer")]
    [InlineData("feed_forward_length", new[] { 48, -1, 48, 48 }, "must hold whole numbers from 0")]
    [InlineData("rope.dimension_count_swa", 4, "rope.dimension_count_swa is 4")]
    [InlineData("block_count", 5000, "block_count must leave from 1 to 4096 layers")]
    public void Read_Gemma4WithWhatIsNotSupported_IsRefusedByName(string name, object? value, string expected) =>
        Assert.Contains(expected, Refusal(Gemma4((name, value))), StringComparison.Ordinal);

    [Fact]
    public void Read_MissingTensorsAndNumbers_AreRefusedByName()
    {
        Assert.Contains("lacks the tensor rope_freqs.weight", Refusal(Of("gemma4", ("attention.key_length_swa", 8))), StringComparison.Ordinal);
        Assert.Contains("lacks the matrix per_layer_token_embd.weight", Refusal(Gemma4(("embedding_length_per_layer_input", 4))), StringComparison.Ordinal);
        Assert.Contains("only where these have no attn_v", Refusal(Gemma4(("attention.head_count_kv", (int[])[2, 1, 2, 1])).WithFloats("blk.1.attn_v.weight", [32, 16], new float[512])), StringComparison.Ordinal);
        Assert.Contains("activation_sparsity_scale has an item that is not a number", Refusal(Gemma3n(("activation_sparsity_scale", (float[])[float.NaN, 0, 0, 0]))), StringComparison.Ordinal);
        Assert.Contains("activation_sparsity_pattern must be", Refusal(Gemma3n(("activation_sparsity_scale", (float[])[9, 0, 0, 0]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ValuesOfAnyKind_FailInOneSentenceOrNotAtAll()
    {
        object[] values = [0, -1, int.MaxValue, ulong.MaxValue, float.NaN, 1e38f, true, "x", Array.Empty<int>(), (int[])[0, 0, 0, 0], (int[])[7, 8], (bool[])[true, true, false, false], (string[])["a"]];
        string[] names =
        [
            "block_count", "feed_forward_length", "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.key_length_swa", "attention.shared_kv_layers",
            "attention.sliding_window_pattern", "embedding_length_per_layer_input", "activation_sparsity_scale", "altup.num_inputs", "altup.active_idx", "rope.freq_base_swa",
            "rope.dimension_count", "rope.dimension_count_swa", "final_logit_softcapping", "expert_count",
        ];
        foreach (var (name, value) in from name in names from value in values select (name, value))
        {
            foreach (var writer in (GgufWriter[])[Gemma4((name, value)), Gemma3n((name, value))])
            {
                try
                {
                    Spec(writer);
                }
                catch (ModelFormatException error)
                {
                    Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData(1.6448536269514722, 0.95)]
    [InlineData(0, 0.5)]
    [InlineData(9, 1)]
    public void ShareBelow_OfACutoff_AgreesWithTheTables(double cutoff, double share) => Assert.Equal(share, NormalQuantile.ShareBelow(cutoff), 1e-12);

    /// <summary>All tensors are asked for by names that files have.</summary>
    private static void AssertGgufNames(DecoderSpec spec) => Assert.All(
        DecoderTensors.Of(spec).Select(tensor => spec.Recipes.TryGetValue(tensor.Name, out var recipe) ? recipe.Name : tensor.Name),
        name => Assert.Matches(
            @"^(token_embd|output|output_norm|per_layer_(token_embd|model_proj|proj_norm)|altup_(unembd_)?proj|blk\.[0-3]\.[a-z_]+(_[12])?)\.(weight|scale)$", name));

    private static GgufWriter Gemma4(params (string Name, object? Value)[] facts) =>
        Of("gemma4", [("attention.key_length_swa", 8), .. facts]).WithFloats("rope_freqs.weight", [8], s_divisors);

    private static GgufWriter Gemma3n(params (string Name, object? Value)[] facts) =>
        Of("gemma3n", [("attention.shared_kv_layers", 2), ("embedding_length_per_layer_input", 4), ("altup.num_inputs", 3), ("rope.freq_base", 1e6f), .. facts])
            .WithFloats("per_layer_token_embd.weight", [16, 7], new float[112]).WithFloats("blk.0.laurel_l.weight", [32, 2], new float[64]);

    /// <summary>Four layers, every second with a window; later facts replace earlier ones, and null leaves one out.</summary>
    private static GgufWriter Of(string architecture, params (string Name, object? Value)[] facts)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["block_count"] = 4, ["context_length"] = 64, ["embedding_length"] = 32, ["feed_forward_length"] = 48, ["attention.head_count"] = 4, ["attention.head_count_kv"] = 2,
            ["attention.key_length"] = 16, ["attention.sliding_window"] = 8, ["attention.sliding_window_pattern"] = (bool[])[true, false, true, false],
            ["attention.layer_norm_rms_epsilon"] = 1e-5f,
        };
        foreach (var (name, value) in facts)
        {
            all[name] = value;
        }

        var writer = new GgufWriter().With("general.architecture", architecture).WithFloats("token_embd.weight", [32, 6], new float[192]);
        return all.Where(fact => fact.Value is not null).Aggregate(writer, (written, fact) => written.With($"{architecture}.{fact.Key}", fact.Value!));
    }

    private DecoderSpec Spec(GgufWriter writer) => GgufModels.Spec(_directory, writer);

    private string Refusal(GgufWriter writer) => Assert.Throws<ModelFormatException>(() => Spec(writer)).Message;
}
