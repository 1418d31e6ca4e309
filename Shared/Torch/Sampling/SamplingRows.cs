using Rill.Serving;

namespace Rill.Torch.Sampling;

/// <summary>Which sequences of a step are sampled where the logits are, and which on the host.</summary>
internal sealed class SamplingRows
{
    private readonly List<int> _here = [];
    private readonly List<int> _there = [];
    private readonly List<long> _places = [];
    private readonly List<(Sequence Sequence, int Place)> _rows = [];

    /// <summary>Sorts a step's sequences, and collects what the processors of those that are sampled here do to their rows.</summary>
    /// <param name="steps">Each has 1 + drafts rows.</param>
    /// <param name="vocabulary">Number of tokens.</param>
    public SamplingRows(IReadOnlyList<SequenceStep> steps, int vocabulary)
    {
        Edits = new(vocabulary);
        var first = Sampler.FirstRows(steps);
        foreach (var (index, step) in steps.Index())
        {
            if (!IsForHere(step, vocabulary) || !Edits.TryAdd(step.Sequence, _rows.Count))
            {
                _there.Add(index);
                continue;
            }

            _here.Add(index);
            for (var draft = 0; draft <= step.Drafts; draft++)
            {
                _places.Add(first[index] + draft);
                _rows.Add((step.Sequence, step.Place + draft));
            }
        }

        IsWhole = _there.Count == 0;
    }

    /// <summary>The numbers of the steps that are sampled here.</summary>
    public IReadOnlyList<int> Here => _here;

    /// <summary>The numbers of the steps that are sampled on the host.</summary>
    public IReadOnlyList<int> There => _there;

    /// <summary>Whether all are sampled here.</summary>
    public bool IsWhole { get; }

    /// <summary>The rows that are sampled here: whose they are, and how many tokens of the completion are before theirs (<see cref="SequenceStep.Place"/>).</summary>
    public IReadOnlyList<(Sequence Sequence, int Place)> Rows => _rows;

    /// <summary>Which of the step's rows those are.</summary>
    public List<long> Places => _places;

    /// <summary>What changes them.</summary>
    public LogitsEdits Edits { get; }

    /// <summary>After a draft, penalties and masks are those of a longer text, which only the host follows.</summary>
    private static bool IsForHere(SequenceStep step, int vocabulary) =>
        (step.Drafts == 0 || !LogitsProcessors.Any(step.Sequence)) && GpuLogprobs.Knows(step.Sequence.Parameters, vocabulary);
}
