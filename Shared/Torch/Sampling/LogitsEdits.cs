using System.Runtime.InteropServices;
using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// What <see cref="LogitsProcessors"/> does to rows, for many rows where they lie: each kind of change is a list of places and values, and a
/// constraint's mask is as many bits as the vocabulary has tokens. Letters: n rows, m of them under a mask, V vocabulary.
/// </summary>
/// <param name="vocabulary">V.</param>
internal sealed class LogitsEdits(int vocabulary)
{
    private const int BitsPerWord = 64;
    private const int BitsPerByte = 8;

    private readonly List<long> _masked = [];            // the rows under a mask
    private readonly List<long> _masks = [];             // their masks, word by word
    private readonly Changes _banned = new();
    private readonly Changes _biased = new();
    private readonly Changes _repeated = new();
    private readonly Changes _occurring = new();
    private Range _maskedRange;
    private Range _masksRange;

    private int MaskWords => (vocabulary + BitsPerWord - 1) / BitsPerWord;

    /// <summary>
    /// Notes what a sequence asks for; false, and nothing noted, where that has to be left to the host, which knows what to say of it: its constraint
    /// fails, or it names tokens that there are not.
    /// </summary>
    public bool TryAdd(Sequence sequence, int row)
    {
        if (!LogitsProcessors.Any(sequence))
        {
            return true;
        }

        var banned = LogitsProcessors.Banned(sequence, vocabulary).ToList();
        if (banned.Exists(IsOutside) || sequence.Parameters.LogitBias.Keys.Any(IsOutside) || !TryMask(sequence, row))
        {
            return false;
        }

        banned.ForEach(token => _banned.Add(Place(row, token), 0));
        foreach (var (token, bias) in sequence.Parameters.LogitBias)
        {
            _biased.Add(Place(row, token), bias);
        }

        Penalize(sequence, row);
        return true;

        bool IsOutside(int token) => (uint)token >= (uint)vocabulary;
    }

    /// <summary>Adds what was noted to uploads.</summary>
    public void Stage(StepUpload<double> numbers, StepUpload<long> places)
    {
        (_maskedRange, _masksRange) = (places.Add(CollectionsMarshal.AsSpan(_masked)), places.Add(CollectionsMarshal.AsSpan(_masks)));
        foreach (var changes in (Changes[])[_banned, _biased, _repeated, _occurring])
        {
            changes.Stage(numbers, places);
        }
    }

    /// <summary>The rows with all changes, f32 [n, V], once the uploads were sent: the rows themselves where there are none, else a copy.</summary>
    public Tensor Apply(Tensor logits, StepUpload<double> numbers, StepUpload<long> places)
    {
        if (_masked.Count == 0 && (_banned.IsEmpty && _biased.IsEmpty && _repeated.IsEmpty && _occurring.IsEmpty))
        {
            return logits;
        }

        var edited = logits.clone();
        if (_masked.Count > 0)
        {
            var rows = places[_maskedRange];
            var allowed = Truths(places[_masksRange].view(_masked.Count, MaskWords)).narrow(1, 0, vocabulary);
            edited.index_copy_(0, rows, edited.index_select(0, rows).masked_fill_(allowed.logical_not(), float.NegativeInfinity));
        }

        var all = edited.view(-1);
        _banned.Apply(numbers, places, (at, _) => all.index_fill_(0, at, float.NegativeInfinity));
        _biased.Apply(numbers, places, (at, bias) => all.index_add_(0, at, bias, 1));
        _repeated.Apply(numbers, places, (at, penalty) => all.index_copy_(0, at, Repeated(all.index_select(0, at), penalty)));
        _occurring.Apply(numbers, places, (at, penalty) => all.index_add_(0, at, penalty, -1));
        return edited;
    }

    private static Tensor Repeated(Tensor values, Tensor penalty) => where(values.gt(0), values / penalty, values * penalty);

    /// <summary>Words int64 [m, W] to their bits, the lowest first, bool [m, 64 W]: byte by byte through a table of all bytes.</summary>
    private static Tensor Truths(Tensor words)
    {
        var bits = arange(BitsPerByte, ScalarType.Int64, words.device);
        var values = arange(1 << BitsPerByte, ScalarType.Int64, words.device).unsqueeze(1);
        var table = values.bitwise_right_shift(bits).remainder(2).to_type(ScalarType.Bool);
        var bytes = words.unsqueeze(2).bitwise_right_shift(bits * BitsPerByte).remainder(1 << BitsPerByte);    // [m, W, 8]
        return table.index_select(0, bytes.view(-1)).view(words.shape[0], -1);
    }

    private bool TryMask(Sequence sequence, int row)
    {
        if (sequence.Constraint is not { } constraint)
        {
            return true;
        }

        var start = _masks.Count;
        CollectionsMarshal.SetCount(_masks, start + MaskWords);
        var words = CollectionsMarshal.AsSpan(_masks)[start..];
        words.Clear();
        var (limits, failed) = Fill(constraint, MemoryMarshal.Cast<long, uint>(words)[..LogitsProcessors.MaskLength(vocabulary)]);
        if (limits)
        {
            _masked.Add(row);
        }
        else
        {
            CollectionsMarshal.SetCount(_masks, start);
        }

        return !failed;
    }

    private static (bool Limits, bool Failed) Fill(ITokenConstraint constraint, Span<uint> mask)
    {
        try
        {
            return (constraint.FillMask(mask), false);
        }
        catch (Exception)
        {
            return (false, true);    // it will fail on the host, too, which blames its sequence
        }
    }

    private void Penalize(Sequence sequence, int row)
    {
        var parameters = sequence.Parameters;
        var (repetition, frequency, presence) = (parameters.RepetitionPenalty, parameters.FrequencyPenalty, parameters.PresencePenalty);
        if (repetition == 1 && frequency == 0 && presence == 0)
        {
            return;
        }

        foreach (ref readonly var count in sequence.Counts.Entries)
        {
            if (repetition != 1 && count.Prompt + count.Completion > 0)
            {
                _repeated.Add(Place(row, count.Token), repetition);
            }

            if ((frequency != 0 || presence != 0) && count.Completion > 0)
            {
                _occurring.Add(Place(row, count.Token), (frequency * count.Completion) + presence);
            }
        }
    }

    private long Place(int row, int token) => ((long)row * vocabulary) + token;

    /// <summary>Changes of one kind: places among all logits, and a value for each.</summary>
    private sealed class Changes
    {
        private readonly List<long> _places = [];
        private readonly List<double> _values = [];
        private Range _placesRange;
        private Range _valuesRange;

        public bool IsEmpty => _places.Count == 0;

        public void Add(long place, float value)
        {
            _places.Add(place);
            _values.Add(value);
        }

        public void Stage(StepUpload<double> numbers, StepUpload<long> places) =>
            (_placesRange, _valuesRange) = (places.Add(CollectionsMarshal.AsSpan(_places)), numbers.Add(CollectionsMarshal.AsSpan(_values)));

        public void Apply(StepUpload<double> numbers, StepUpload<long> places, Func<Tensor, Tensor, Tensor> change)
        {
            if (!IsEmpty)
            {
                change(places[_placesRange], numbers[_valuesRange].to_type(ScalarType.Float32));
            }
        }
    }
}
