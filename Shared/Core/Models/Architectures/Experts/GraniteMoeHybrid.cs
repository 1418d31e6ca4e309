using Rill.Models.Architectures.Dense;

namespace Rill.Models.Architectures.Experts;

/// <summary>
/// Granite 4's class, where all its layers are of attention: with positions or without, with experts beside the shared one or with that one
/// alone, which is then the dense feed-forward.
/// </summary>
internal static class GraniteMoeHybrid
{
    public const string Name = "GraniteMoeHybridForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = Granite.Read(Name, config, new() { Rotary = HasPositions(config) ? new() : null });
        CheckLayers(config, spec.LayerCount);
        config.PassOver("mamba_d_state");    // of layers that are not there
        return config.Count("num_local_experts", absent: 8) > 0
            ? GraniteMoe.WithExperts(config, spec, GraniteMoe.SharedWidth(config))
            : WithSharedOnly(config, spec);
    }

    private static DecoderSpec WithSharedOnly(ModelConfig config, DecoderSpec spec)
    {
        spec = spec with
        {
            FeedForwardSize = config.OptionalInt("shared_intermediate_size", DecoderConfig.MostWidth) ?? 1024,
            Names = new() { DownSuffix = "shared_mlp.output_linear" },
        };
        return spec with { Recipes = FusedWeights.OfLayers(spec, layer => FusedWeights.GateUp(spec, layer, "shared_mlp.input_linear.weight")) };
    }

    private static bool HasPositions(ModelConfig config)
    {
        switch (config.Text("position_embedding_type"))
        {
            case "rope":
                return true;
            case null or "nope":
                config.PassOver("rope_theta", "rope_scaling", "rope_parameters");
                return false;
            case var other:
                throw new ModelFormatException($"config.json: position_embedding_type '{other}' is not supported for {Name}; rope and nope are.");
        }
    }

    private static void CheckLayers(ModelConfig config, int layerCount)
    {
        var types = config.Texts("layer_types") ?? throw new ModelFormatException(
            $"config.json lacks layer_types, by which {Name} means layers of mamba; only layers of attention are supported.");
        if (types.Count != layerCount)
        {
            throw new ModelFormatException($"config.json: layer_types has {types.Count} entries for {layerCount} layers.");
        }

        if (types.FirstOrDefault(type => type != "attention") is { } other)
        {
            throw new ModelFormatException($"config.json: layer_types has '{other}', which is not supported for {Name}; only attention is.");
        }
    }
}
