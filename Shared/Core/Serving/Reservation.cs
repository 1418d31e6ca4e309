namespace Rill.Serving;

/// <summary>
/// Places in the queue, taken before a prompt is tokenized. Each submitted sequence takes one place over; <see cref="Dispose"/> gives
/// the others back, so a reservation stands in a `using` and is never lost. Used by one request at a time.
/// </summary>
public sealed class Reservation : IDisposable
{
    private readonly AdmissionGate _gate;
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

    /// <summary>The first sequence submitted; later ones with the same prompt wait for its prefill to share it.</summary>
    internal Sequence? First { get; set; }

    /// <summary>Replaces the estimated number of prompt tokens with the true one.</summary>
    public void Correct(int promptTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(promptTokens);
        if (_places == 0)
        {
            return;
        }

        _gate.CorrectTokens(promptTokens - _promptTokens);
        _promptTokens = promptTokens;
    }

    /// <summary>Gives back every place that no sequence has taken. Idempotent.</summary>
    public void Dispose()
    {
        if (_places > 0)
        {
            _gate.Leave(_places, _promptTokens);
        }

        _places = 0;
        _promptTokens = 0;
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
