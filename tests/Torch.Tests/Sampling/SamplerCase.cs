using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The sampler on rows of logits written in a test.</summary>
internal static class SamplerCase
{
    /// <summary>The most probable token.</summary>
    public static SamplingParameters Greedy { get; } = new() { Temperature = 0 };

    /// <summary>A sequence of a prompt and what was generated after it.</summary>
    public static Sequence NewSequence(SamplingParameters parameters, int[]? prompt = null, int[]? completion = null, ITokenConstraint? constraint = null)
    {
        var sequence = new Sequence(0, prompt ?? [0], parameters) { Constraint = constraint };
        foreach (var token in completion ?? [])
        {
            sequence.Append(token);
        }

        return sequence;
    }

    /// <summary>The token sampled from one row of logits.</summary>
    public static int Sample(float[] logits, SamplingParameters parameters, int[]? prompt = null, int[]? completion = null) =>
        SampleAll([logits], [NewSequence(parameters, prompt, completion)])[0].TokenId;

    /// <summary>The tokens sampled from a row of logits each.</summary>
    /// <exception cref="SequenceFaultException">One has no possible token.</exception>
    public static SampledToken[] SampleAll(float[][] rows, Sequence[] sequences) =>
        Array.ConvertAll(Results(rows, sequences), result => result.Fault is { } fault ? throw fault : result.Tokens.Span[0]);

    /// <summary>What the sampler says of a row of logits each.</summary>
    public static StepResult[] Results(float[][] rows, Sequence[] sequences)
    {
        NativeTorch.Load();
        using var logits = torch.tensor(rows.SelectMany(row => row).ToArray(), rows.Length, rows[0].Length);
        using var team = new ThreadTeam(2);
        return new Sampler(team).Sample(logits, RunnerDriver.LastTokens(sequences));
    }
}
