namespace Rill.Bench.Engine;

/// <summary>What a child process with an engine is asked, one line of JSON each.</summary>
internal sealed record EngineOrder
{
    /// <summary>
    /// load, another model in the place of the one that was; decode, prefill, continue or logits, the members of <see cref="IEngine"/>; lags, <see cref="LlamaEngine.Lags"/>; bandwidth,
    /// <see cref="DeviceBandwidth"/>; or product, <see cref="DeviceProduct"/>.
    /// </summary>
    public required string Do { get; init; }

    /// <summary>The model to load; of the same engine.</summary>
    public EngineSetup? Setup { get; init; }

    /// <summary>Sequences of a decode.</summary>
    public int Sequences { get; init; }

    /// <summary>Tokens of each sequence before a decode; tokens of a prefill.</summary>
    public int Context { get; init; }

    /// <summary>Steps of a decode, tokens of an answer, the last tokens of a text, MiB of a copy, or rows of a product.</summary>
    public int Count { get; init; }

    /// <summary>Token ids of a prompt or text.</summary>
    public int[]? Tokens { get; init; }

    /// <summary>The device whose memory or products are measured.</summary>
    public string? Device { get; init; }

    /// <summary>The tokens of a text are computed as a prompt's, not as a completion's.</summary>
    public bool AsPrompt { get; init; }

    /// <summary>Where the logits of a text go, which are too many for a line: f32, one token's after the other's.</summary>
    public string? File { get; init; }
}

/// <summary>What it answers.</summary>
internal sealed record EngineReply
{
    /// <summary>Seconds that the work took.</summary>
    public double Seconds { get; init; }

    /// <summary>Token ids.</summary>
    public int[]? Tokens { get; init; }

    /// <summary>How far the text's tokens lie below the likeliest.</summary>
    public float[]? Lags { get; init; }

    /// <summary>The engine's description.</summary>
    public string? Description { get; init; }

    /// <summary>What the engine reported while it loaded.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>Milliseconds from the start of the process to Main, to loaded libraries, and to a loaded model.</summary>
    public double[]? Phases { get; init; }

    /// <summary>Why the order failed.</summary>
    public string? Error { get; init; }
}
