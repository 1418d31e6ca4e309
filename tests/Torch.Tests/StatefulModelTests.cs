using Microsoft.Extensions.Logging.Abstractions;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>
/// Models whose layers carry a state, behind the whole engine: whatever happens to a sequence, its tokens are those that the runner alone
/// computes from its first token to its last.
/// </summary>
public sealed class StatefulModelTests
{
    private const int Tokens = 24;

    public static TheoryData<string, string> Models => new()
    {
        // Value heads of 72 elements: more than a block of columns, and no multiple of one.
        { "Qwen3_5ForCausalLM", """{"full_attention_interval":3,"linear_num_key_heads":2,"linear_num_value_heads":4,"linear_key_head_dim":8,"linear_value_head_dim":72}""" },
        { "Lfm2ForCausalLM", """{"full_attn_idxs":[2],"tie_embedding":false,"conv_bias":true}""" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_APromptAgainAndAgain_GivesItsTokens(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var metrics = new RillMetrics();
        await using var engine = Start(RunnerDriver.Load(model), metrics);

        foreach (var count in (int[])[1, 1, 3])
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ReadAll(Submit(engine, 0))));
            Assert.All(answers, answer => Assert.Equal(Alone(model, 0), answer));
        }
    }

    /// <summary>A chat: each turn's prompt is the turn before, its answer and some more, which begins behind what was saved of it.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_TurnAfterTurn_GivesTheTokensOfPromptsComputedWhole(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var metrics = new RillMetrics();
        await using var engine = Start(RunnerDriver.Load(model), metrics, new EngineOptions { TokenBudget = 11 });
        var prompt = RunnerDriver.Prompt(27, seed: 1);
        var cached = new List<int>();
        for (var turn = 0; turn < 4; turn++)
        {
            var stream = Submit(engine, prompt);
            var answer = await ReadAll(stream);
            Assert.Equal(Alone(model, prompt), answer);
            cached.Add(stream.CachedTokens);
            prompt = [.. prompt, .. answer, .. RunnerDriver.Prompt(9, seed: turn)];
        }

        Assert.Equal([0, 24, 56, 92], cached);    // the last full block of each turn before
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_PreemptedSequences_GivesTheirTokens(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var metrics = new RillMetrics();
        var inner = RunnerDriver.Load(model);
        var runner = new HeldRunner(inner, inner.Limits with { BlockCount = 18 + (3 * inner.Limits.StateBlocks) });
        await using var engine = Start(runner, metrics);

        var streams = Enumerable.Range(0, 3).Select(number => Submit(engine, number)).ToList();
        runner.Open();
        var answers = await Task.WhenAll(streams.Select(ReadAll));

        Assert.InRange(runner.Beginnings, 4, int.MaxValue);
        Assert.All(answers.Index(), answer => Assert.Equal(Alone(model, answer.Index), answer.Item));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_PausedReaders_GivesTheirTokens(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var metrics = new RillMetrics();
        await using var engine = Start(
            RunnerDriver.Load(model), metrics, new EngineOptions { SlowReader = SlowReaderPolicy.Pause, PauseAfterTokens = 2, TokenBudget = 5 });

        var streams = Enumerable.Range(0, 3).Select(number => Submit(engine, number)).ToList();

        for (var number = streams.Count - 1; number >= 0; number--)
        {
            Assert.Equal(Alone(model, number), await ReadAll(streams[number]));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_DraftsForAConstraint_GivesTheTokensWithoutThem(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        var plain = await Answer(drafts: null);

        var drafted = await Answer(new ScriptedDrafts(sequence => [sequence.Tokens[^1], 5, 7]));

        Assert.Equal(Tokens, plain.Count);
        Assert.Equal(plain, drafted);

        async Task<List<int>> Answer(IDraftSource? drafts)
        {
            using var metrics = new RillMetrics();
            await using var engine = Start(RunnerDriver.Load(model), metrics, drafts: drafts);
            return await ReadAll(Submit(engine, 0, new RuleConstraint((token, place) => (token + place) % 3 != 0)));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Serve_BesideASequenceThatFails_GivesTheOthersTokens(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var metrics = new RillMetrics();
        var runner = new HeldRunner(RunnerDriver.Load(model));
        await using var engine = Start(runner, metrics);

        var broken = Submit(engine, 0, new RuleConstraint((_, place) => place < 5 ? true : throw new InvalidOperationException("broken")));
        var streams = Enumerable.Range(1, 2).Select(number => Submit(engine, number)).ToList();
        runner.Open();
        var answers = await Task.WhenAll(streams.Select(ReadAll));

        Assert.Equal(3 + 2, runner.Beginnings);
        await Assert.ThrowsAsync<EngineFaultException>(() => ReadAll(broken));
        Assert.All(answers.Index(), answer => Assert.Equal(Alone(model, answer.Index + 1), answer.Item));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Limits_OfAModelWithStates_CountThemAndTakeNoDrafts(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model);

        Assert.InRange(runner.Limits.StateBlocks, 1, runner.Limits.BlockCount);
        Assert.True(runner.Limits.HasStates);
        Assert.False(runner.Limits.TakesDrafts);
    }

    /// <summary>Whatever a slot's states hold, a sequence's first token begins with none; also in bf16 and between other sequences.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Execute_AFirstTokenInAUsedSlot_BeginsWithAnEmptyState(string architecture, string changes)
    {
        using var model = new TinyModel(architecture, changes);
        using var runner = RunnerDriver.Load(model, TorchDataType.BFloat16);
        var expected = RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, Prompt(2)), Prompt(2).Length));
        RunnerDriver.Run(runner, RunnerDriver.NewSequence(1, Prompt(1)), Prompt(1).Length);
        var (other, again) = (RunnerDriver.NewSequence(0, Prompt(3)), RunnerDriver.NewSequence(1, Prompt(2)));

        var together = runner.Execute(new StepBatch { Steps = [new(other, 0, other.Length), new(again, 0, again.Length)] });

        Assert.Equal(expected, RunnerDriver.Distribution(together[1]));
    }

    /// <summary>A position that is computed twice would count twice in the state: a scheduler that asks for it is told.</summary>
    [Fact]
    public void Execute_APositionAgain_IsRefused()
    {
        using var model = new TinyModel("Lfm2ForCausalLM", """{"full_attn_idxs":[2]}""");
        using var runner = RunnerDriver.Load(model);
        var sequence = RunnerDriver.NewSequence(0, Prompt(0));
        RunnerDriver.Run(runner, sequence, sequence.Length);

        var error = Assert.Throws<InvalidOperationException>(() => runner.Execute(new StepBatch { Steps = [new(sequence, sequence.Length - 1, 1)] }));

        Assert.Contains("whose states have seen 14 tokens", error.Message, StringComparison.Ordinal);
    }

    private static int[] Prompt(int number) => RunnerDriver.Prompt(14 + (4 * number), seed: number);

    private static InferenceEngine Start(IModelRunner runner, RillMetrics metrics, EngineOptions? options = null, IDraftSource? drafts = null) =>
        new(runner, options ?? new EngineOptions(), NullLogger<InferenceEngine>.Instance, TimeProvider.System, metrics, drafts);

    private static TokenStream Submit(InferenceEngine engine, int number, ITokenConstraint? constraint = null) => Submit(engine, Prompt(number), constraint);

    private static TokenStream Submit(InferenceEngine engine, int[] prompt, ITokenConstraint? constraint = null)
    {
        Assert.True(engine.TryReserve(1, prompt.Length, out var reservation, out _));
        using (reservation)
        {
            var request = new SequenceRequest(prompt) { Parameters = new() { Temperature = 0, MaxTokens = Tokens }, Constraint = constraint };
            var stream = engine.Submit(reservation, request, CancellationToken.None);
            reservation.HandOver();
            return stream;
        }
    }

    private static async Task<List<int>> ReadAll(TokenStream stream)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var tokens = new List<int>();
        TokenBatch batch;
        do
        {
            batch = await stream.ReadAsync(limit.Token);
            tokens.AddRange(batch.TokenIds.Span);
        }
        while (batch.Finish is null);

        return tokens;
    }

    /// <summary>The tokens of a runner that computes nothing else, token by token.</summary>
    private static List<int> Alone(TinyModel model, int number) => Alone(model, Prompt(number));

    private static List<int> Alone(TinyModel model, int[] prompt)
    {
        using var runner = RunnerDriver.Load(model);
        var sequence = RunnerDriver.NewSequence(0, prompt, new() { Temperature = 0 });
        while (sequence.CompletionLength < Tokens)
        {
            sequence.Append(RunnerDriver.Run(runner, sequence, sequence.PendingTokens).TokenId);
        }

        return [.. sequence.Tokens[sequence.PromptLength..]];
    }
}
