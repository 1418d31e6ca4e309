using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rill.CommandLine.LoadTest;

/// <summary>What a load test showed. Its members, in snake case, are those of the JSON (docs/load-test.md).</summary>
internal sealed record LoadReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>The form of this object.</summary>
    public string Schema { get; } = "rill-bench/1";

    /// <summary>The server.</summary>
    public required string Url { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>When the test began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Tokens that prompts were made to have.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Of these, the ones that all prompts begin with.</summary>
    public int SharedPrefix { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; }

    /// <summary>What chose the prompts' words.</summary>
    public int Seed { get; init; }

    /// <summary>The loads, in order.</summary>
    public required IReadOnlyList<LevelReport> Levels { get; init; }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json) + "\n";
}
