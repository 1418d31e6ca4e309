using System.Text.Json;

namespace Rill.Models.Adapters;

/// <summary>
/// The fields of adapter_config.json. Some change nothing that is computed, some are read, and every other one must say what asks for
/// nothing: an adapter is never served as if a field were absent.
/// </summary>
internal static class AdapterFields
{
    private const string Remedy = "merge the adapter into its model (PEFT's merge_and_unload), or train it without";

    private static readonly HashSet<string> s_read = new(StringComparer.Ordinal)
    {
        "peft_type", "r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern",
    };

    /// <summary>What was trained on what and how; the tensors say the rest. fan_in_fan_out tells how the base is stored, which is known.</summary>
    private static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "auto_mapping", "base_model_name_or_path", "base_model_class", "parent_library", "revision", "task_type", "inference_mode", "peft_version",
        "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "fan_in_fan_out", "lora_dropout", "megatron_core",
        "loftq_config", "eva_config", "corda_config", "lora_ga_config", "runtime_config", "qalora_group_size",
    };

    /// <summary>Ways to begin that leave the base's weights as they are; the others have the base changed to suit.</summary>
    private static readonly HashSet<string> s_beginnings = new(StringComparer.OrdinalIgnoreCase) { "gaussian", "eva", "orthogonal" };

    /// <summary>Refuses what is not served by its name.</summary>
    /// <exception cref="ModelFormatException">A field asks for it.</exception>
    public static void RefuseUnserved(JsonElement root)
    {
        var type = root.TryGetProperty("peft_type", out var given) ? given : default;
        if (type.ValueKind != JsonValueKind.String || type.GetString() != "LORA")
        {
            throw new ModelFormatException(type.ValueKind == JsonValueKind.Undefined
                ? $"{ModelFileNames.AdapterConfig} lacks peft_type; only adapters of PEFT's type LORA are served."
                : $"{ModelFileNames.AdapterConfig}: peft_type is {Shorten(type)}, but only LORA is served.");
        }

        foreach (var field in root.EnumerateObject())
        {
            if (!s_read.Contains(field.Name) && !s_harmless.Contains(field.Name) && !AsksForNothing(field))
            {
                throw new ModelFormatException(
                    $"{ModelFileNames.AdapterConfig}: {ModelConfig.Shorten(field.Name)} is {Shorten(field.Value)}, which is not served; {Remedy}.");
            }
        }
    }

    /// <summary>The error of a field with a wrong value.</summary>
    public static ModelFormatException Wrong(string name, JsonElement value, string expected) =>
        new($"{ModelFileNames.AdapterConfig}: {ModelConfig.Shorten(name)} must be {expected}, but is {Shorten(value)}.");

    private static bool AsksForNothing(JsonProperty field) => field switch
    {
        { Value.ValueKind: JsonValueKind.Null or JsonValueKind.False } => true,
        { Value.ValueKind: JsonValueKind.Array } => field.Value.GetArrayLength() == 0,
        { Value.ValueKind: JsonValueKind.Object } => field.Value.GetPropertyCount() == 0,
        { Name: "bias", Value.ValueKind: JsonValueKind.String } => field.Value.GetString() == "none",
        { Name: "init_lora_weights", Value.ValueKind: JsonValueKind.True } => true,
        { Name: "init_lora_weights", Value.ValueKind: JsonValueKind.String } => s_beginnings.Contains(field.Value.GetString()!),
        _ => false,
    };

    private static string Shorten(JsonElement value) => ModelConfig.Shorten(value.GetRawText());
}
