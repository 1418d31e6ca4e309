using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Rill.Models;
using Rill.Serving;

namespace Rill.ScriptedApp.Model;

/// <summary>
/// A model that says what it is told, at a settable speed: it shows the serving layer alone, in tests and benchmarks. Ids 0 to 255 are
/// bytes of UTF-8, 256 is the end of text. It keeps no state between steps, so preemption and prefix hits need no work.
/// <para>
/// Directives are lines of the prompt that begin with an exclamation mark; of several alike the last counts:
/// `!text words` answers the rest of the line (`\n` for a new line, up to `&lt;|` if that comes first);
/// `!answer words` answers these instead once tools have answered, with their results where it says `{result}`;
/// `!count to=9` counts to a number; `!endless` counts for ever; `!echo` answers the prompt's own text;
/// `!delay ms=20` sets the least duration of a step that decodes this sequence (others of the step share it);
/// `!prefill ms=35000` is the time that the whole prompt takes, spent in proportion to each chunk's tokens;
/// `!fault after=3` fails this sequence alone after three tokens (0: in prefill); `!crash after=3` fails its whole step.
/// </para>
/// <para>
/// Min tokens and ignored end tokens make it repeat its text. Its logits are 10 for the scripted byte, 1 for a space, 0 for the others;
/// what a constraint does not allow is masked, logit bias is added, the greatest wins, and logprobs are their exact log-softmax; in a prompt it expects each token once more. Other sampling parameters have no effect.
/// Where steps overlap, one is computed when it is collected: by then the tokens before it are known. Waiting ends early for sequences that are aborted. Vectors are made of <see cref="PseudoStates"/>. An adapter is a directory whose
/// adapter_config.json holds the text that the model then answers.
/// </para>
/// </summary>
internal sealed class ScriptedModelRunner : IModelRunner
{
    /// <summary>Bytes and the end of text.</summary>
    public const int VocabularySize = 257;

    /// <summary>The id that ends a text.</summary>
    public const int EndOfText = 256;

    private const int LongestSleepMilliseconds = 10;

    private readonly ScriptedRunnerOptions _options;
    private readonly Script?[] _scripts;    // [slot]
    private readonly ConcurrentDictionary<int, string> _adapters = new();

    /// <summary>Makes a runner with these habits.</summary>
    public ScriptedModelRunner(ScriptedRunnerOptions options)
    {
        _options = options;
        _scripts = new Script?[options.SlotCount];
        Limits = new ModelLimits(VocabularySize, options.ContextLength, options.SlotCount, options.BlockSize, options.BlockCount)
        {
            TakesDrafts = options.TakesDrafts,
            Overlaps = options.Overlaps,
        };
    }

    /// <inheritdoc/>
    public ModelLimits Limits { get; }

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        var started = Stopwatch.GetTimestamp();
        var results = new List<StepResult>(batch.Steps.Count);
        foreach (var step in batch.Steps)
        {
            ScriptOf(step.Sequence).ThrowIfFaultIsDue(step);
        }

        Wait(batch.Steps, started);
        results.AddRange(batch.Steps.Where(step => step.IsAnswered).Select(Compute));
        return results;
    }

    /// <inheritdoc/>
    public IPendingStep Launch(StepBatch batch)
    {
        if (Limits.Overlaps)
        {
            return new Pending(() => Collect(batch));
        }

        var results = Execute(batch);
        return new Pending(() => results);
    }

    /// <inheritdoc/>
    public AdapterSummary LoadAdapter(int number, ModelFiles files)
    {
        var config = JsonElement.Parse(files.ReadText(ModelFileNames.AdapterConfig));
        _adapters[number] = config.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw new ModelFormatException("adapter_config.json lacks text, which a scripted adapter answers.");
        return new AdapterSummary(_adapters[number], Rank: 1, Bytes: 1024);
    }

    /// <inheritdoc/>
    public void UnloadAdapter(int number) => _adapters.TryRemove(number, out _);

    /// <inheritdoc/>
    public void Dispose()
    {
        // nothing is held
    }

    private List<StepResult> Collect(StepBatch batch)
    {
        // What has ended meanwhile has no slot, and no script.
        Wait([.. batch.Steps.Where(step => step.Sequence.Slot >= 0)], Stopwatch.GetTimestamp());
        return [.. batch.Steps.Where(step => step.IsAnswered).Select(ComputeAlone)];
    }

    /// <summary>A step's result, or the fault that is its sequence's alone.</summary>
    private StepResult ComputeAlone(SequenceStep step)
    {
        try
        {
            if (step.Sequence.Slot < 0)
            {
                throw new SequenceFaultException(step.Sequence, "It has ended.");
            }

            ScriptOf(step.Sequence).ThrowIfFaultIsDue(step);
            return Compute(step);
        }
        catch (SequenceFaultException fault)
        {
            return new StepResult(step.Sequence, default, Fault: fault);
        }
    }

    private StepResult Compute(SequenceStep step)
    {
        if (step.Pools)
        {
            return new StepResult(step.Sequence, default, PseudoStates.Pool(step));
        }

        var scored = PseudoLogits.Score(step);
        if (!step.Samples)
        {
            return new StepResult(step.Sequence, default) { PromptLogprobs = scored };
        }

        var tokens = new SampledToken[1 + step.Drafts];
        var count = DraftVerification.Sample(step, _ => Sample(step.Sequence), tokens);
        return new StepResult(step.Sequence, tokens.AsMemory(0, count)) { PromptLogprobs = scored };
    }

    private SampledToken Sample(Sequence sequence)
    {
        var scripted = ScriptOf(sequence).Next(sequence);
        var parameters = sequence.Parameters;
        var chosen = PseudoLogits.Choose(scripted, sequence);
        return new SampledToken(chosen,
            parameters.TopLogprobs is { } top ? PseudoLogits.Logprobs(scripted, chosen, top) : null);
    }

    private Script ScriptOf(Sequence sequence)
    {
        ref var script = ref _scripts[sequence.Slot];
        if (script?.Sequence != sequence)
        {
            script = new Script(sequence, sequence.Adapter == 0 ? _options : _options with { Text = TextOf(sequence) });
        }

        return script;
    }

    private string TextOf(Sequence sequence) => _adapters.TryGetValue(sequence.Adapter, out var text)
        ? text
        : throw new SequenceFaultException(sequence, "The adapter was unloaded.");

    private void Wait(IReadOnlyList<SequenceStep> steps, long started)
    {
        while (WantedDuration(steps) - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            // Rounded up: of less than a millisecond, Sleep would make a busy loop.
            var milliseconds = (int)Math.Ceiling(left.TotalMilliseconds);
            Thread.Sleep(Math.Min(milliseconds, LongestSleepMilliseconds));
        }
    }

    /// <summary>Prompts are computed one after another, decoding sequences together; the aborted ones no longer count.</summary>
    private TimeSpan WantedDuration(IReadOnlyList<SequenceStep> steps)
    {
        var prompts = TimeSpan.Zero;
        var decode = TimeSpan.Zero;
        foreach (var step in steps)
        {
            if (step.Sequence.IsAborted)
            {
                continue;
            }

            var script = ScriptOf(step.Sequence);
            if (step.Start < step.Sequence.PromptLength)
            {
                prompts += script.PrefillPerToken * step.Count;
            }
            else if (script.StepDelay > decode)
            {
                decode = script.StepDelay;
            }
        }

        return prompts + decode;
    }

    private sealed class Pending(Func<IReadOnlyList<StepResult>> collect) : IPendingStep
    {
        public IReadOnlyList<StepResult> Collect() => collect();
    }
}
