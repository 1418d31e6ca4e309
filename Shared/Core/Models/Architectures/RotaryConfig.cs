namespace Rill.Models.Architectures;

/// <summary>
/// Reads rotary settings: rope_theta with rope_scaling, or the newer rope_parameters that holds both. Quietly wrong positions are worse than a
/// refusal: a member that is not known for its section's type is refused by name.
/// </summary>
internal static class RotaryConfig
{
    private const double DefaultTheta = 10_000;

    private static readonly string[] s_sections = ["rope_parameters", "rope_scaling"];
    private static readonly string[] s_commonMembers = ["rope_type", "type", "rope_theta", "partial_rotary_factor"];

    /// <summary>By rope_type: the members beside the common ones.</summary>
    private static readonly Dictionary<string, string[]> s_members = new(StringComparer.Ordinal)
    {
        ["default"] = [],
        ["llama3"] = ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
    };

    /// <exception cref="ModelFormatException">A type or a member is not known; the message names it.</exception>
    public static RotarySpec Read(ModelConfig config)
    {
        RefusePartial(config);
        var found = s_sections.Where(config.Has).Select(name => ReadSection(config, name)).Distinct().ToList();
        return found.Count switch
        {
            0 => new(config.Number("rope_theta", DefaultTheta)),
            1 => found[0],
            _ => throw new ModelFormatException("config.json: rope_parameters and rope_scaling say different things; keep the one that is right."),
        };
    }

    private static RotarySpec ReadSection(ModelConfig config, string name)
    {
        var section = config.Section(name)!;
        var type = section.Text("rope_type") ?? section.Text("type");
        if (!s_members.TryGetValue(type ?? "default", out var members))
        {
            throw new ModelFormatException($"config.json: {name} of type '{type}' is not supported; only {string.Join(" and ", s_members.Keys)} are.");
        }

        if (section.Names.FirstOrDefault(member => !members.Contains(member) && !s_commonMembers.Contains(member)) is { } stray)
        {
            throw new ModelFormatException(
                $"config.json: {name} has {stray}, which is not supported {(type is null ? "where no rope_type is named" : $"for the type '{type}'")}.");
        }

        RefusePartial(section);
        var theta = section.Has("rope_theta") ? section.Number("rope_theta") : config.Number("rope_theta", DefaultTheta);
        return new(theta) { Scaling = type == "llama3" ? ReadLlama3(section) : null };
    }

    private static void RefusePartial(ModelConfig section)
    {
        if (section.Number("partial_rotary_factor", 1) != 1)
        {
            throw new ModelFormatException("config.json: partial_rotary_factor is not supported; only 1 is.");
        }
    }

    private static Llama3RotaryScaling ReadLlama3(ModelConfig section)
    {
        var scaling = new Llama3RotaryScaling(
            section.Number("factor"), section.Number("low_freq_factor"), section.Number("high_freq_factor"), section.Int("original_max_position_embeddings"));
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw new ModelFormatException("config.json: rope_scaling's high_freq_factor must exceed its low_freq_factor.");
    }
}
