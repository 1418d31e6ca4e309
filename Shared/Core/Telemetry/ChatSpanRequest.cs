namespace Rill.Telemetry;

/// <summary>What a span tells of a request that generates; null members are left out.</summary>
public sealed record ChatSpanRequest
{
    /// <summary>chat or text_completion.</summary>
    public string Operation { get; init; } = "chat";

    /// <summary>True for server-sent events.</summary>
    public bool Stream { get; init; }

    /// <summary>The request's n.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Most completion tokens.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Divisor of the logits.</summary>
    public double? Temperature { get; init; }

    /// <summary>Mass of the nucleus.</summary>
    public double? TopP { get; init; }

    /// <summary>Number of top tokens kept.</summary>
    public int? TopK { get; init; }

    /// <summary>The request's seed.</summary>
    public long? Seed { get; init; }

    /// <summary>Per-occurrence penalty.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>Once-only penalty.</summary>
    public double? PresencePenalty { get; init; }
}
