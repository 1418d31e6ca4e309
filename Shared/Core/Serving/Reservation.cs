namespace Rill.Serving;

/// <summary>
/// Places in the queue, taken before a prompt is tokenized. Each submitted sequence takes one place over. <see cref="Dispose"/> gives the
/// others back and ends the submitted sequences that nobody took over, so a reservation stands in a `using` and whatever is thrown in
/// it leaves nothing behind. Used by one request at a time.
/// </summary>
public sealed class Reservation : IDisposable
{
    private readonly AdmissionGate _gate;
    private readonly List<TokenStream> _submitted = [];
    private Sequence? _first;
    private SequenceRequest? _firstRequest;
    private int _places;
    private int _promptTokens;

    internal Reservation(AdmissionGate gate, int sequences, int promptTokens, long arrived)
    {
        _gate = gate;
        _places = sequences;
        _promptTokens = promptTokens;
        ArrivedAt = arrived;
    }

    /// <summary>Timestamp of the reservation: where the time to the first token begins.</summary>
    internal long ArrivedAt { get; }

    /// <summary>Replaces the estimated number of prompt tokens with the true one.</summary>
    public void Correct(int promptTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(promptTokens);
        if (_places == 0)
        {
            return;
        }

        _gate.CorrectTokens(_promptTokens, promptTokens);
        _promptTokens = promptTokens;
    }

    /// <summary>The caller takes the submitted sequences over: they go on when the reservation is disposed.</summary>
    public void HandOver() => _submitted.Clear();

    /// <summary>
    /// Gives back every place that no sequence has taken, and aborts the submitted sequences unless they were handed over. Idempotent.
    /// </summary>
    public void Dispose()
    {
        foreach (var stream in _submitted)
        {
            stream.Abort(AbortCause.Error);
        }

        _submitted.Clear();
        if (_places > 0)
        {
            _gate.Leave(_places, _promptTokens);
        }

        _places = 0;
        _promptTokens = 0;
    }

    /// <summary>The sequence whose prefill a request with the same prompt may wait for, to share it; null for none, and where each scores its own.</summary>
    internal Sequence? SourceOf(SequenceRequest request)
        => _firstRequest is { Parameters.ScoresPrompt: false } first && first.SaltWithAdapter == request.SaltWithAdapter
            && (ReferenceEquals(first.Prompt, request.Prompt) || first.Prompt.SequenceEqual(request.Prompt))
            ? _first
            : null;

    /// <summary>Notes a sequence that was made for a request.</summary>
    internal void Note(TokenStream stream, SequenceRequest request)
    {
        _submitted.Add(stream);
        if (_firstRequest is null)
        {
            (_first, _firstRequest) = (stream.Sequence, request);
        }
    }

    /// <summary>Hands one place over; the first also carries the prompt's tokens, which are counted once for all choices.</summary>
    internal int Take()
    {
        if (_places == 0)
        {
            throw new InvalidOperationException("The reservation has no place left: it was disposed, or every place was submitted.");
        }

        _places--;
        var tokens = _promptTokens;
        _promptTokens = 0;
        return tokens;
    }
}
