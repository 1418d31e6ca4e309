using System.Diagnostics.CodeAnalysis;
using Rill.Serving;

namespace Rill.Chat;

/// <summary>
/// A request's places in the queue: a reservation for each prompt, all or none, since prompts are counted, computed and shared one by one.
/// Disposing it gives back what no sequence has taken, and ends what was submitted unless that was handed over.
/// </summary>
internal sealed class PromptReservations : IDisposable
{
    private readonly List<Reservation> _reservations = [];

    private PromptReservations()
    {
    }

    /// <summary>Takes places for every prompt, <paramref name="choices"/> for each.</summary>
    public static bool TryTake(
        InferenceEngine engine,
        int choices,
        IReadOnlyList<int> promptTokens,
        [NotNullWhen(true)] out PromptReservations? taken,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        (taken, rejection) = (new PromptReservations(), null);
        foreach (var tokens in promptTokens)
        {
            if (!engine.TryReserve(choices, Math.Max(1, tokens), out var reservation, out rejection))
            {
                taken.Dispose();
                taken = null;
                return false;
            }

            taken._reservations.Add(reservation);
        }

        return true;
    }

    /// <summary>One prompt's places.</summary>
    public Reservation this[int prompt] => _reservations[prompt];

    /// <summary>The submitted sequences go on when this is disposed.</summary>
    public void HandOver() => _reservations.ForEach(reservation => reservation.HandOver());

    /// <inheritdoc/>
    public void Dispose() => _reservations.ForEach(reservation => reservation.Dispose());
}
