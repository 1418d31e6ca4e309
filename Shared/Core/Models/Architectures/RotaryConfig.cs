using Rill.Models.Rotary;

namespace Rill.Models.Architectures;

/// <summary>
/// Reads rotary settings: rope_theta with rope_scaling, the newer rope_parameters that holds both, or rope_parameters by layer type. Quietly
/// wrong positions are worse than a refusal: a member that is not known for its section's type is refused by name.
/// </summary>
internal static class RotaryConfig
{
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";

    private static readonly string[] s_sections = ["rope_parameters", "rope_scaling"];
    private static readonly string[] s_commonMembers = ["rope_type", "type", "rope_theta", "partial_rotary_factor"];
    private static readonly string[] s_multiSectionMembers = ["mrope_section", "mrope_interleaved"];    // which stretches turn by which position

    /// <summary>The settings that hold for all layers that rotate.</summary>
    /// <exception cref="ModelFormatException">A type or a member is not known; the message names it.</exception>
    public static RotarySpec Read(ModelConfig config, RotaryDefaults defaults, int headDim, int context)
    {
        var found = s_sections.Where(config.Has)
            .Select(name => ReadSection(config, config.Section(name)!, name, defaults, headDim, context))
            .Distinct()
            .ToList();
        return found.Count switch
        {
            0 => Turning(config, config, defaults, headDim),
            1 => found[0],
            _ => throw new ModelFormatException("config.json: rope_parameters and rope_scaling say different things; keep the one that is right."),
        };
    }

    /// <summary>True where rope_parameters holds a section for each kind of layer.</summary>
    public static bool HasLayerTypes(ModelConfig config) =>
        config.Section(s_sections[0]) is { } sections && sections.Names.Any() && sections.Names.All(name => name is Full or Sliding);

    /// <summary>
    /// The settings of layers that attend to everything and of those with a sliding window, where <see cref="HasLayerTypes"/>. The former's
    /// heads may have a width of their own.
    /// </summary>
    /// <exception cref="ModelFormatException">A type or a member is not known; the message names it.</exception>
    public static (RotarySpec Full, RotarySpec Sliding) ReadByLayerType(
        ModelConfig config, RotaryDefaults full, RotaryDefaults sliding, int headDim, int context, int? fullHeadDim = null)
    {
        var sections = config.Section(s_sections[0])!;
        return config.Has(s_sections[1])
            ? throw new ModelFormatException(
                "config.json: rope_parameters names layer types and rope_scaling is there as well; keep the one that is right.")
            : (ReadOf(Full, full, fullHeadDim ?? headDim), ReadOf(Sliding, sliding, headDim));

        RotarySpec ReadOf(string layerType, RotaryDefaults defaults, int width) => sections.Section(layerType) is { } section
            ? ReadSection(config, section, $"rope_parameters.{layerType}", defaults, width, context)
            : Turning(config, config, defaults, width);
    }

    private static RotarySpec ReadSection(ModelConfig config, ModelConfig section, string name, RotaryDefaults defaults, int headDim, int context)
    {
        var written = section.Text("rope_type") ?? section.Text("type");
        if (written is not null && section.Text("type") is { } other && other != written)
        {
            throw new ModelFormatException($"config.json: {name} has the rope_type '{written}' and the type '{other}'; keep the one that is right.");
        }

        string[] known =
        [
            .. RotaryScalingConfig.MembersOf(written, name, defaults), .. s_commonMembers, .. defaults.OwnMembers,
            .. defaults.MultiSection ? s_multiSectionMembers : [],
        ];
        if (section.Names.FirstOrDefault(member => !known.Contains(member)) is { } stray)
        {
            var where = written is null ? "where no rope_type is named" : $"for the type '{written}'";
            throw new ModelFormatException($"config.json: {name} has {stray}, which is not supported {where}.");
        }

        if (written == "proportional")
        {
            return new(Theta(config, section, defaults))
            {
                Interleaved = defaults.Interleaved,
                Scaling = new ProportionalRotaryScaling(Share(config, section, defaults), section.Number("factor", 1)),
            };
        }

        var turning = Turning(config, section, defaults, headDim);
        return turning with { Scaling = RotaryScalingConfig.Read(config, section, name, defaults, context, turning.Rotated(headDim)) };
    }

    /// <summary>Base and share of the head, of the section where they stand in it.</summary>
    private static RotarySpec Turning(ModelConfig config, ModelConfig section, RotaryDefaults defaults, int headDim)
    {
        var rotated = (int)(headDim * Share(config, section, defaults));
        return rotated >= 2 && rotated % 2 == 0
            ? new(Theta(config, section, defaults)) { Dimensions = rotated == headDim ? null : rotated, Interleaved = defaults.Interleaved }
            : throw new ModelFormatException(
                $"config.json: {defaults.ShareName} makes {rotated} elements of a head of {headDim} turn, but it must be an even number from 2 on.");
    }

    private static double Theta(ModelConfig config, ModelConfig section, RotaryDefaults defaults)
    {
        var outside = config.Number(defaults.ThetaName, defaults.Theta);
        var theta = section.Number("rope_theta", outside);
        return theta > 1 ? theta : throw new ModelFormatException($"config.json: {defaults.ThetaName} must exceed 1.");
    }

    private static double Share(ModelConfig config, ModelConfig section, RotaryDefaults defaults)
    {
        var outside = config.Number(defaults.ShareName, defaults.Share ?? 1);
        var share = section.Number("partial_rotary_factor", outside);
        return share > 1 || (defaults.Share is null && share != 1)
            ? throw new ModelFormatException(
                $"config.json: {defaults.ShareName} must be {(defaults.Share is null ? "1 for this architecture" : "at most 1")}.")
            : share;
    }
}
