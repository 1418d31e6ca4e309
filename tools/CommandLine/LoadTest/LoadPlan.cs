using System.Text.Json.Nodes;

namespace Rill.CommandLine.LoadTest;

/// <summary>What a load test does.</summary>
internal sealed record LoadPlan
{
    /// <summary>The model to name.</summary>
    public required string Model { get; init; }

    /// <summary>The loads, one after another.</summary>
    public required IReadOnlyList<LoadLevel> Levels { get; init; }

    /// <summary>Requests of each level; null to go by <see cref="Duration"/>.</summary>
    public int? Requests { get; init; }

    /// <summary>How long each level begins requests; those that it has begun are read to their ends.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Requests before each level that are not counted; null for one of each stream, and two at a rate.</summary>
    public int? WarmUp { get; init; }

    /// <summary>Tokens that prompts are made to have.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Of these, tokens that all prompts begin with.</summary>
    public int SharedPrefix { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Further members of every request.</summary>
    public JsonObject Body { get; init; } = [];

    /// <summary>How long a request may take.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Chooses the prompts' words.</summary>
    public int Seed { get; init; }
}

/// <summary>One load: so many streams, each of which asks again when it has its answer; or so many requests a second, whatever becomes of them.</summary>
/// <param name="Streams">Streams at once; null at a rate.</param>
/// <param name="Rate">Requests a second; null for streams.</param>
internal sealed record LoadLevel(int? Streams, double? Rate)
{
    /// <summary>The level in a table's head.</summary>
    public string Title => Streams is { } streams ? $"{streams} at once" : FormattableString.Invariant($"{Rate:0.##} a second");
}
