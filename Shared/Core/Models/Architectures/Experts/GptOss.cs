namespace Rill.Models.Architectures.Experts;

/// <summary>
/// gpt-oss: attention sinks, a sliding window on every other layer from the first, YaRN, biases everywhere, and experts whose gate and up
/// alternate row by row. Its matrices of experts are [in, out].
/// </summary>
internal static class GptOss
{
    public const string Name = "GptOssForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        KeyValueHeads = 8,
        HeadDim = 64,
        SlidingWindow = 128,
        NormEpsilon = 1e-5,
        Rotary = new() { Theta = 150_000 },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        RefuseOthers(config);
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithAttentionBias(config, absent: true);
        var experts = ExpertConfig.Read(config, spec, "num_local_experts", count: 128, top: 4, width: spec.FeedForwardSize) with
        {
            Score = RouterScore.SoftmaxTop,
            RouterBias = true,
            ExpertBias = true,
        };
        spec = spec with
        {
            Activation = Activation.ClampedSwiglu,    // the class has it whatever hidden_act says
            AttentionSinks = true,
            AttentionWindows = AttentionWindowConfig.Read(
                config, spec.LayerCount, DecoderConfig.SlidingWindow(config, s_defaults), layer => layer % 2 == 0),
            Experts = [.. Enumerable.Repeat(experts, spec.LayerCount)],
            Names = new() { RouterSuffix = "mlp.router" },
        };
        var isPacked = config.Section("quantization_config")?.Text("quant_method") == "mxfp4";
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => Recipes(spec, layer, experts.Experts, isPacked)) };
    }

    private static void RefuseOthers(ModelConfig config)
    {
        if (config.Number("swiglu_limit", 7) != 7)
        {
            throw new ModelFormatException("config.json: swiglu_limit must be 7; others are not supported.");
        }

        if (!config.Has("rope_scaling") && !config.Has("rope_parameters"))
        {
            throw new ModelFormatException("config.json lacks rope_scaling; gpt-oss models are published with YaRN settings.");
        }
    }

    /// <summary>Matrices that are packed are unpacked expert by expert, under the names that the decoder asks for.</summary>
    private static IEnumerable<(string Name, WeightRecipe Recipe)> Recipes(DecoderSpec spec, int layer, int count, bool isPacked)
    {
        var (names, prefix) = (spec.Names, $"{spec.Names.LayerPrefix}{layer}.mlp.experts.");
        var (even, odd) = (new RowPattern(0, 1, 2), new RowPattern(1, 1, 2));
        for (var expert = 0; expert < count; expert++)
        {
            var (gate, up, down) = (names.ExpertGate(layer, expert), names.ExpertUp(layer, expert), names.ExpertDown(layer, expert));
            var matrix = new WeightRecipe(prefix + "gate_up_proj") { Expert = expert, Transposed = true };
            var bias = new WeightRecipe(prefix + "gate_up_proj_bias") { Expert = expert };
            if (!isPacked)
            {
                yield return (gate + ".weight", matrix with { Rows = even });
                yield return (up + ".weight", matrix with { Rows = odd });
                yield return (down + ".weight", new(prefix + "down_proj") { Expert = expert, Transposed = true });
            }

            yield return (gate + ".bias", bias with { Rows = even });
            yield return (up + ".bias", bias with { Rows = odd });
            yield return (down + ".bias", new(prefix + "down_proj_bias") { Expert = expert });
        }
    }
}
