using System.Runtime.InteropServices;
using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// Draws tokens where the logits are, so that a step copies ids to the host and not logits. It does what <see cref="Sampler"/> does, with
/// the same random numbers: constraints, bans, biases and penalties (<see cref="LogitsEdits"/>), the filters and the draw (<see cref="GpuDraw"/>),
/// log-probabilities (<see cref="GpuLogprobs"/>). What it cannot settle (a row without a possible token, penalties behind drafts) is copied to the
/// host and sampled there. Letters: n rows, V vocabulary.
/// </summary>
internal sealed class GpuSampler : IDisposable
{
    private const int FirstRoom = 4096;
    private const int Impossible = -1;
    private const int RowsAtOnce = 16;    // sorting a whole row takes many times its memory

    private readonly Sampler _host;
    private readonly IStepDevice _stream;
    private readonly Func<Tensor, Tensor>? _highest;
    private readonly StepUpload<double> _numbers;
    private readonly StepUpload<long> _places;

    /// <summary>Takes memory for the parameters' way to the device.</summary>
    /// <param name="host">Samples what is not settled here.</param>
    /// <param name="stream">Where the work is queued.</param>
    /// <param name="device">Where the logits are.</param>
    /// <param name="highest">
    /// For logits f32 [n, V] the highest one's index, -1 where it is not finite, in one kernel; null for tensor operations.
    /// </param>
    public GpuSampler(Sampler host, IStepDevice stream, Device device, Func<Tensor, Tensor>? highest = null)
    {
        (_host, _stream, _highest) = (host, stream, highest);
        _numbers = new(stream, device, FirstRoom);
        _places = new(stream, device, FirstRoom);
    }

    /// <summary>Samples a token for each step, and further ones after drafts that are what was sampled.</summary>
    /// <param name="logits">f32 [rows, V], on the device; not changed.</param>
    /// <param name="steps">Each has 1 + drafts rows.</param>
    /// <returns>One for each step.</returns>
    /// <exception cref="SequenceFaultException">A row has no possible token.</exception>
    public StepResult[] Sample(Tensor logits, IReadOnlyList<SequenceStep> steps)
    {
        using var sampling = Launch(logits, steps);
        using var done = _stream.Mark();
        done.Wait();
        var results = Read(sampling);
        return Array.Find(results, result => result.Fault is not null).Fault is { } fault ? throw fault : results;
    }

    /// <summary>
    /// Queues all of it, the copies to the host as well, and waits for nothing. Parameters as <see cref="Sample"/>; <paramref name="logits"/> must
    /// outlive the result.
    /// </summary>
    public GpuSampling Launch(Tensor logits, IReadOnlyList<SequenceStep> steps)
    {
        using var scope = NewDisposeScope();
        var vocabulary = (int)logits.shape[1];
        var rows = new SamplingRows(steps, vocabulary);
        if (rows.Here.Count == 0)
        {
            return new() { Steps = steps, Rows = rows, Logits = logits };
        }

        Begin();
        var chosen = rows.IsWhole ? default : _places.Add(CollectionsMarshal.AsSpan(rows.Places));
        rows.Edits.Stage(_numbers, _places);
        var draw = AllGreedy(rows) ? null : GpuDraw.Stage(rows.Rows, vocabulary, _numbers);
        var logprobs = GpuLogprobs.Stage(rows.Rows, vocabulary, _places);
        Send();

        var places = rows.IsWhole ? null : _places[chosen];
        var raw = places is null ? logits.alias() : logits.index_select(0, places);
        var edited = rows.Edits.Apply(raw, _numbers, _places);
        var ids = Pick(edited, draw, whole: false);
        var values = logprobs?.Compute(raw, ids);
        return new()
        {
            Steps = steps,
            Rows = rows,
            Logits = logits,
            Chosen = places?.DetachFromDisposeScope(),
            Edited = edited.DetachFromDisposeScope(),
            Ids = ids.DetachFromDisposeScope(),
            IdsOnHost = ToHost(ids),
            Logprobs = logprobs,
            LogprobsOnHost = values is null ? null : ToHost(values),
        };

        static Tensor ToHost(Tensor values) => values.to(CPU, non_blocking: true).DetachFromDisposeScope();    // from a GPU to page-locked memory
    }

    /// <summary>Reads what was launched and is done by now, and settles the rest.</summary>
    /// <param name="sampling">What was launched.</param>
    /// <param name="overtaken">True where the logits are gone, since another step was queued: what only they can settle stays open.</param>
    /// <returns>One for each step; with a fault where a row has no possible token.</returns>
    public StepResult[] Read(GpuSampling sampling, bool overtaken = false)
    {
        using var scope = NewDisposeScope();
        var (rows, steps) = (sampling.Rows, sampling.Steps);
        var ids = sampling.IdsOnHost?.data<long>().ToArray() ?? [];
        var logprobs = sampling.LogprobsOnHost is { } values ? sampling.Logprobs!.Read(values.data<double>().ToArray(), ids.Length) : null;
        if (!overtaken)
        {
            Settle(sampling, ids);
        }

        var results = new StepResult[steps.Count];
        var there = rows.There.ToList();
        var first = 0;
        foreach (var index in rows.Here)
        {
            if (Result(steps[index], first, ids, logprobs) is { } result)
            {
                results[index] = result;
            }
            else
            {
                there.Add(index);
            }

            first += 1 + steps[index].Drafts;
        }

        if (overtaken)
        {
            there.ForEach(index => results[index] = new(steps[index].Sequence, default) { IsOvertaken = true });
        }
        else
        {
            SampleOnHost(sampling, there, results);
        }

        return results;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _numbers.Dispose();
        _places.Dispose();
    }

    /// <summary>What a step's rows, from the first on, came to; null where they are not all settled.</summary>
    private static StepResult? Result(SequenceStep step, int first, long[] ids, TokenLogprobs?[]? logprobs)
    {
        for (var row = first; row <= first + step.Drafts; row++)
        {
            if (ids[row] < 0 || (step.Sequence.Parameters.TopLogprobs is not null && logprobs![row] is null))
            {
                return null;
            }
        }

        var sampled = new SampledToken[1 + step.Drafts];
        var count = DraftVerification.Sample(step, draft => new((int)ids[first + draft], logprobs?[first + draft]), sampled);
        return new(step.Sequence, sampled.AsMemory(0, count));
    }

    private static bool AllGreedy(SamplingRows rows) => rows.Rows.All(row => Sampler.IsGreedy(row.Sequence));

    /// <summary>The tokens of rows, int64 [n, 1]; negative where that is not settled.</summary>
    private Tensor Pick(Tensor logits, GpuDraw? draw, bool whole)
    {
        if (draw is null && _highest is not null)
        {
            return _highest(logits).unsqueeze(1);
        }

        var highest = logits.argmax(1, keepdim: true);
        var possible = logits.gather(1, highest).isfinite();    // false for NaN as well
        return (draw?.Pick(logits, highest, whole) ?? highest).masked_fill(possible.logical_not(), Impossible);
    }

    /// <summary>
    /// Looks at the whole of the rows that had too few candidates. Where such a row wants log-probabilities, it is left to the host.
    /// </summary>
    private void Settle(GpuSampling sampling, long[] ids)
    {
        var rows = sampling.Rows.Rows;
        var open = Enumerable.Range(0, ids.Length).Where(row => ids[row] == GpuDraw.Short && rows[row].Sequence.Parameters.TopLogprobs is null);
        foreach (var some in open.ToList().Chunk(RowsAtOnce))
        {
            using var scope = NewDisposeScope();
            Begin();
            var places = _places.Add(Array.ConvertAll(some, row => (long)row));
            var draw = GpuDraw.Stage(Array.ConvertAll(some, row => rows[row]), (int)sampling.Logits.shape[1], _numbers);
            Send();
            var settled = Pick(sampling.Edited!.index_select(0, _places[places]), draw, whole: true).cpu().data<long>();
            foreach (var (index, row) in some.Index())
            {
                ids[row] = settled[index];
            }
        }
    }

    private void SampleOnHost(GpuSampling sampling, List<int> chosen, StepResult[] results)
    {
        if (chosen.Count == 0)
        {
            return;
        }

        var steps = sampling.Steps;
        var first = Sampler.FirstRows(steps);
        Begin();
        var rows = chosen.SelectMany(index => Enumerable.Range(first[index], 1 + steps[index].Drafts));
        var places = _places.Add(rows.Select(row => (long)row).ToArray());
        Send();
        var onHost = sampling.Logits.index_select(0, _places[places]).cpu();
        var row = 0;
        foreach (var index in chosen)
        {
            results[index] = _host.Sample(onHost.narrow(0, row, 1 + steps[index].Drafts), [steps[index]])[0];
            row += 1 + steps[index].Drafts;
        }
    }

    private void Begin()
    {
        _numbers.Begin();
        _places.Begin();
    }

    private void Send()
    {
        _numbers.Send();
        _places.Send();
    }
}
