using Rill.Models.Rotary;

namespace Rill.Models.Architectures;

/// <summary>Reads how rotary frequencies are stretched.</summary>
internal static class RotaryScalingConfig
{
    private const string Original = "original_max_position_embeddings";

    /// <summary>By rope_type: the members beside those that every type has.</summary>
    private static readonly Dictionary<string, string[]> s_members = new(StringComparer.Ordinal)
    {
        ["default"] = [],
        ["linear"] = ["factor"],
        ["dynamic"] = ["factor"],
        ["llama3"] = ["factor", "low_freq_factor", "high_freq_factor", Original],
        ["yarn"] = ["factor", Original, "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate"],
        ["longrope"] = ["short_factor", "long_factor", "factor", Original, "attention_factor"],
        ["proportional"] = ["factor"],
    };

    /// <summary>The members that a section of this type may have beside those of every type.</summary>
    /// <exception cref="ModelFormatException">The type is not known.</exception>
    public static IReadOnlyList<string> MembersOf(string? type, string name, RotaryDefaults defaults) =>
        s_members.TryGetValue(Canonical(type, defaults), out var members)
            ? members
            : throw new ModelFormatException($"config.json: {name} of type '{type}' is not supported; only {string.Join(", ", s_members.Keys)} are.");

    /// <summary>The scaling of a section whose members are known; null for none.</summary>
    /// <exception cref="ModelFormatException">A member is missing or says what cannot be.</exception>
    public static RotaryScaling? Read(ModelConfig config, ModelConfig section, string name, RotaryDefaults defaults, int context, int rotated) =>
        Canonical(section.Text("rope_type") ?? section.Text("type"), defaults) switch
        {
            "linear" => new LinearRotaryScaling(section.Number("factor")),
            "llama3" => ReadLlama3(section, name),
            "yarn" => ReadYarn(section, name, context),
            "longrope" => ReadLongRope(config, section, name, context, rotated),

            // The dynamic kind stretches only what exceeds max_position_embeddings, and no sequence is served that does.
            _ => null,
        };

    private static string Canonical(string? type, RotaryDefaults defaults) => type switch
    {
        null => "default",
        "su" => "longrope",
        "yarn" when defaults.YarnIsLongRope => "longrope",
        "mrope" when defaults.MultiSection => "default",
        _ => type,
    };

    private static Llama3RotaryScaling ReadLlama3(ModelConfig section, string name)
    {
        var scaling = new Llama3RotaryScaling(
            section.Number("factor"), section.Number("low_freq_factor"), section.Number("high_freq_factor"), section.Int(Original));
        return scaling.HighFrequencyFactor >= scaling.LowFrequencyFactor
            ? scaling
            : throw new ModelFormatException($"config.json: the high_freq_factor of {name} must not be below its low_freq_factor.");
    }

    private static YarnRotaryScaling ReadYarn(ModelConfig section, string name, int context)
    {
        var factor = section.Number("factor");
        var scaling = new YarnRotaryScaling(factor, section.OptionalInt(Original) ?? context, YarnMagnitude(section, factor))
        {
            BetaFast = section.Number("beta_fast", 32),
            BetaSlow = section.Number("beta_slow", 1),
            Truncate = section.Flag("truncate", true),
        };
        return scaling.BetaFast > scaling.BetaSlow
            ? scaling
            : throw new ModelFormatException($"config.json: the beta_fast of {name} must exceed its beta_slow.");
    }

    private static double YarnMagnitude(ModelConfig section, double factor) =>
        section.OptionalNumber("attention_factor", absent: null) is { } given ? given
        : section.OptionalNumber("mscale", absent: null) is { } scale && section.OptionalNumber("mscale_all_dim", absent: null) is { } scaleOfAll
            ? YarnRotaryScaling.MagnitudeOf(factor, scale) / YarnRotaryScaling.MagnitudeOf(factor, scaleOfAll)
        : YarnRotaryScaling.MagnitudeOf(factor);

    private static LongRopeRotaryScaling ReadLongRope(ModelConfig config, ModelConfig section, string name, int context, int rotated)
    {
        var original = section.OptionalInt(Original) ?? config.Int(Original);
        if (original < 2)
        {
            throw new ModelFormatException($"config.json: {Original} must be at least 2.");
        }

        // What the factor says follows from the two lengths; where it says otherwise, it is not clear which of them holds.
        if (section.OptionalNumber("factor", absent: null) is { } factor && Math.Abs(factor - ((double)context / original)) > 1e-6 * factor)
        {
            throw new ModelFormatException($"config.json: the factor of {name} must be max_position_embeddings / {Original}, or be absent.");
        }

        var magnitude = section.OptionalNumber("attention_factor", absent: null) ?? LongRopeRotaryScaling.MagnitudeOf(context, original);
        return new(Factors("short_factor"), Factors("long_factor"), original, magnitude, IsLong: context > original);

        IReadOnlyList<double> Factors(string member)
        {
            var factors = section.Numbers(member) ?? throw new ModelFormatException($"config.json: {name} lacks {member}.");
            return factors.Count == rotated / 2
                ? factors
                : throw new ModelFormatException($"config.json: the {member} of {name} must have {rotated / 2} entries, but has {factors.Count}.");
        }
    }
}
