using System.Globalization;

namespace Rill.CommandLine.Inspect;

/// <summary>A report as rows for people: a name and its value.</summary>
internal static class ReportRows
{
    private static readonly string[] s_units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>The rows, in reading order; an empty name continues the row above.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ModelReport report) =>
    [
        ("directory", report.Directory),
        .. report.Architecture is { } architecture ? Of(architecture) : [],
        .. report.Weights is { } weights ? Of(weights) : [],
        .. report.Memory is { } memory ? Of(memory) : [],
        .. report.Tokenizer is { } tokenizer ? Of(tokenizer) : [],
        .. report.ChatTemplate is { } template ? Of(template) : [],
        .. report.MessageFormat is { } format ? Of(format) : [],
        .. Named("note", report.Notes),
    ];

    /// <summary>The last line.</summary>
    public static string Verdict(ModelReport report) => report.Servable
        ? "Rill can serve this model."
        : $"Rill cannot serve this model ({(report.Problems.Count == 1 ? "one problem" : $"{report.Problems.Count} problems")}).";

    private static IEnumerable<(string Name, string Value)> Of(ArchitectureReport architecture) =>
    [
        ("architecture", architecture.Name),
        ("layers", Number(architecture.Layers)),
        ("hidden size", $"{Number(architecture.HiddenSize)}, feed-forward {Number(architecture.FeedForwardSize)}"),
        ("heads", $"{architecture.Heads} of {architecture.HeadDim}, {architecture.KeyValueHeads} for keys and values"),
        ("context", $"{Number(architecture.ContextLength)} tokens"),
        ("embedding", $"{Number(architecture.VocabularySize)} rows{(architecture.TiedEmbeddings ? ", tied to the output" : "")}"),
    ];

    private static IEnumerable<(string Name, string Value)> Of(WeightsReport weights) =>
    [
        ("parameters", Number(weights.Parameters)),
        .. Named("weights", weights.Files.Select(file => $"{file.Name}, {Size(file.Bytes)}")),
        ("format", string.Create(CultureInfo.InvariantCulture, $"{weights.Format}, {weights.BitsPerParameter:0.##} bits a parameter")),
        ("type in files", string.Join(", ", weights.Types)),
    ];

    private static IEnumerable<(string Name, string Value)> Of(MemoryReport memory) =>
    [
        ("computes in", $"{memory.ComputeType} (Rill__Dtype=auto on a CPU)"),
        ("memory", $"{Size(memory.WeightBytes)} for the weights"),
        ("KV cache", $"{Size(memory.KeyValueBytesPerToken)} a token, {Size(memory.KeyValueBytesPerContext)} for a full context"),
        .. Named("in all", memory.Needs.Select(
            need => $"{need.Type}: {Size(need.TotalBytes)} with a full context ({Size(need.WeightBytes)} of weights)")),
        .. memory.StateBytes is { } bytes ? [("states", $"{Size(bytes)} a sequence")] : NoRows,
    ];

    private static (string Name, string Value)[] NoRows => [];

    private static IEnumerable<(string Name, string Value)> Of(TokenizerReport tokenizer) =>
    [
        ("tokenizer", $"{tokenizer.Kind}, {Number(tokenizer.VocabularySize)} ids"),
        .. Named("special tokens", tokenizer.SpecialTokens.Select(token => $"{token.Name} {token.Text} ({(token.Id is { } id ? $"{id}" : "no such token")})")),
        .. Named("ends at", tokenizer.EndTokens.Select(token => $"{token.Text} ({token.Id})")),
    ];

    private static IEnumerable<(string Name, string Value)> Of(TemplateReport template) =>
    [
        ("chat template", template.Source),
        .. Named("named templates", template.Named),
        .. template.ProbeTokens is { } tokens ? new[] { ("probe", $"a message \"Hello\" makes a prompt of {tokens} tokens") } : [],
    ];

    private static IEnumerable<(string Name, string Value)> Of(FormatReport format) =>
    [
        ("reasoning", format.Reasoning ?? "not known"),
        ("tool calls", format.ToolCalls ?? "not known: requests with tools need tool_choice none, or Rill__MessageFormat"),
        .. format.Source is { } source ? new[] { ("", $"found by: {source}") } : [],
    ];

    private static IEnumerable<(string Name, string Value)> Named(string name, IEnumerable<string> values) =>
        values.Select((value, index) => (index == 0 ? name : "", value));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {s_units[unit]}");
    }
}
