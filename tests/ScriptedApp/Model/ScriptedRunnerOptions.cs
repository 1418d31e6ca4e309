using System.ComponentModel.DataAnnotations;

namespace Rill.ScriptedApp.Model;

/// <summary>How the scripted model behaves unless a prompt's directives say otherwise (see <see cref="ScriptedModelRunner"/>).</summary>
internal sealed record ScriptedRunnerOptions
{
    /// <summary>What it answers; null to count "1 2 3 ..." without end.</summary>
    public string? Text { get; init; } = "The river does not hurry, and yet every drop arrives.";

    /// <summary>Least duration of a step that decodes, in milliseconds. In [0, 60000].</summary>
    [Range(0, 60_000)]
    public double StepMilliseconds { get; init; }

    /// <summary>Speed of prompts in tokens per second; 0 for no delay.</summary>
    [Range(0, 1e9)]
    public double PrefillTokensPerSecond { get; init; }

    /// <summary>Completion tokens after which every sequence fails alone; null for never.</summary>
    [Range(0, int.MaxValue)]
    public int? FaultAfter { get; init; }

    /// <summary>Completion tokens of a sequence after which its whole step fails; null for never.</summary>
    [Range(0, int.MaxValue)]
    public int? CrashAfter { get; init; }

    /// <summary>True to compute guesses of constraints.</summary>
    public bool TakesDrafts { get; init; }

    /// <summary>True to run steps beside the host, as a device does.</summary>
    public bool Overlaps { get; init; }

    /// <summary>Most tokens of one sequence. In [2, 2^20].</summary>
    [Range(2, 1 << 20)]
    public int ContextLength { get; init; } = 65_536;

    /// <summary>Most sequences at once. In [1, 4096].</summary>
    [Range(1, 4_096)]
    public int SlotCount { get; init; } = 256;

    /// <summary>Tokens in a block. In [1, 4096].</summary>
    [Range(1, 4_096)]
    public int BlockSize { get; init; } = 16;

    /// <summary>Blocks of the imagined KV memory. In [1, 2^24].</summary>
    [Range(1, 1 << 24)]
    public int BlockCount { get; init; } = 1 << 18;
}
