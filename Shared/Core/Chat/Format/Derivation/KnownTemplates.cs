using Rill.Chat.Format.Named;

namespace Rill.Chat.Format.Derivation;

/// <summary>
/// Templates that do not show how their model writes, and say it in another way: by the marks that they speak of, or by the instructions that
/// they give to the model.
/// </summary>
internal static class KnownTemplates
{
    /// <summary>Formats of templates that hold all of these texts; such a template is not derived.</summary>
    private static readonly (string Name, string[] Texts)[] s_formats =
    [
        ("harmony", ["<|channel|>", "<|message|>", "<|start|>"]),
        ("functionary", [">>>all\n"]),
        ("cohere", ["<|START_ACTION|>", "<|START_THINKING|>", "<|START_RESPONSE|>"]),
        ("command_r", ["\nAction:\n```json\n"]),
    ];

    /// <summary>The same for calls alone, of templates that render none.</summary>
    private static readonly (string Name, string[] Texts)[] s_calls =
    [
        ("lfm2", ["<|tool_list_start|>"]),
        ("granite", ["<|tool_call|>"]),
        ("phi4_mini", ["functools["]),
        ("deepseek_v3", ["<｜tool▁calls▁begin｜>", "<｜tool▁sep｜>", "```json"]),
    ];

    /// <summary>The whole format; null for none.</summary>
    public static MessageFormat? Format(TemplateProbe probe) => Find(probe, s_formats);

    /// <summary>How calls are written; null where nobody knows.</summary>
    public static ToolFormat? Calls(TemplateProbe probe) => Find(probe, s_calls)?.Tools;

    private static MessageFormat? Find(TemplateProbe probe, (string Name, string[] Texts)[] known) =>
        Array.Find(known, each => each.Texts.All(probe.Holds)).Name is { } name ? NamedFormats.Find(name) : null;
}
