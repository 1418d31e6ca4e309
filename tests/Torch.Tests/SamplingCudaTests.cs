using Rill.Serving;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests;

/// <summary>
/// Whole steps of the GPU's decoder and sampler against the CPU's, with everything that a request may ask of its tokens: on the CPU's tensors
/// always, on a GPU where there is one.
/// </summary>
public sealed class SamplingCudaTests : IDisposable
{
    private static readonly SamplingParameters[] s_kinds =
    [
        new() { Temperature = 0 },
        new() { Temperature = 0.8f, TopP = 0.9f },
        new() { Temperature = 1.2f, TopK = 12, MinP = 0.02f },
        new() { FrequencyPenalty = 0.8f, PresencePenalty = 0.3f, RepetitionPenalty = 1.2f, TopP = 0.95f },
        new() { Temperature = 0, LogitBias = new Dictionary<int, float> { [5] = 4, [9] = -100 }, BadWords = [[5, 5], [7]] },
        new() { MinTokens = 6, EosTokenIds = [3, 4], TopK = 5 },
        new() { TopLogprobs = 5, TopP = 0.7f },
        new() { Temperature = 0, TopLogprobs = 0, RepetitionPenalty = 2 },
    ];

    private readonly TinyModel _model = new();

    public SamplingCudaTests() => NativeTorch.Load();

    public void Dispose() => _model.Dispose();

    [SkippableTheory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public void Execute_AllThatRequestsAskOfTokens_GivesTheCpusTokens(string device)
    {
        Skip.If(device == "cuda" && !torch.cuda.is_available(), "no CUDA device");
        using var kernels = RunnerDriver.Load(_model);
        using var tensors = RunnerDriver.LoadTensors(_model, options => options with { Device = device });

        var expected = Serve(kernels);
        var actual = Serve(tensors);

        Assert.Equal(expected.Select(token => token.TokenId), actual.Select(token => token.TokenId));
        Assert.All(expected.Zip(actual), pair =>
        {
            Assert.Equal(pair.First.Logprobs?.TopIds, pair.Second.Logprobs?.TopIds);
            Assert.Equal(pair.First.Logprobs?.Logprob ?? 0, pair.Second.Logprobs?.Logprob ?? 0, 2e-3f);
        });
    }

    /// <summary>A sequence of each kind, every third under a mask; one prompt joins late, so that steps are of all kinds.</summary>
    private static List<SampledToken> Serve(TorchModelRunner runner)
    {
        var sequences = s_kinds.Select((parameters, slot) => new Sequence(slot, RunnerDriver.Prompt(4 + slot, seed: slot), parameters with { Seed = 100 + slot })
        {
            Slot = slot,
            Constraint = slot % 3 == 1 ? new RuleConstraint((token, place) => token % 5 != place % 5) : null,
        }).ToList();
        var tokens = new List<SampledToken>();
        for (var step = 0; step < 14; step++)
        {
            var running = step < 5 ? sequences[..^1] : sequences;
            foreach (var result in runner.Execute(new StepBatch
            {
                Steps = [.. running.Select(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens))],
            }))
            {
                tokens.Add(result.Tokens.Span[0]);
                result.Sequence.ComputedTokens = result.Sequence.Length;
                result.Sequence.Append(result.TokenId);
            }
        }

        return tokens;
    }
}
