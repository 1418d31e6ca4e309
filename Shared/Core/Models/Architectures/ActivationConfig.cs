namespace Rill.Models.Architectures;

/// <summary>Reads which activation the feed-forward has.</summary>
internal static class ActivationConfig
{
    /// <summary>By the names of the transformers library (activations.py).</summary>
    private static readonly Dictionary<string, Activation> s_names = new(StringComparer.Ordinal)
    {
        ["silu"] = Activation.Silu,
        ["swish"] = Activation.Silu,
        ["gelu"] = Activation.GeluErf,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["gelu_new"] = Activation.GeluTanh,
        ["gelu_fast"] = Activation.GeluTanh,
        ["relu2"] = Activation.SquaredRelu,
    };

    /// <summary>The activation that the first of the members names that is there, else the class's.</summary>
    /// <exception cref="ModelFormatException">It is not known.</exception>
    public static Activation Read(ModelConfig config, ConfigDefaults defaults)
    {
        var named = defaults.ActivationNames.Select(member => (Member: member, Value: config.Text(member))).ToList();    // all are looked at
        var (member, value) = named.FirstOrDefault(entry => entry.Value is not null);
        return value is null ? defaults.Activation
            : s_names.TryGetValue(value, out var activation) ? activation
            : throw new ModelFormatException($"config.json: {member} '{value}' is not supported; only {string.Join(", ", s_names.Keys)} are.");
    }
}
