namespace Rill.Text;

/// <summary>
/// Looks for stop strings in text as it comes. Held back is only the longest end of the text that begins some stop string, so that ordinary
/// text passes undelayed. Takes time linear in the text for each stop string. Not thread-safe: one for each sequence.
/// </summary>
public sealed class StopChecker
{
    private readonly StopString[] _stops;
    private readonly bool _includeStop;
    private string _held = "";
    private string? _matched;

    /// <summary>Creates a checker.</summary>
    /// <param name="stops">The stop strings, none empty; there may be none.</param>
    /// <param name="includeStop">True to leave the stop string in the text; then nothing is ever held back.</param>
    /// <exception cref="ArgumentException">A stop string is empty.</exception>
    public StopChecker(IReadOnlyList<string> stops, bool includeStop = false)
    {
        _stops = [.. stops.Select(stop => new StopString(stop))];
        _includeStop = includeStop;
    }

    /// <summary>
    /// Takes the next piece of text and gives what may be sent. When stop strings are completed within this piece, the one that begins
    /// first wins, of those the first listed; the text ends there, and further pieces are dropped.
    /// </summary>
    public StopResult Push(string delta)
    {
        if (_matched is not null)
        {
            return new("", _matched);
        }

        if (_stops.Length == 0)
        {
            return new(delta, null);
        }

        var heldLength = _held.Length;
        var pending = heldLength == 0 ? delta : _held + delta;
        var (start, stop) = FindFirst(delta, heldLength);
        if (stop is not null)
        {
            (_matched, _held) = (stop.Text, "");
            return new(_includeStop ? pending[..(start + stop.Text.Length)][heldLength..] : pending[..start], stop.Text);
        }

        // In what follows positions count from the held text's start: with the stop included that is still known, but already sent.
        var hold = LongestMatch();
        _held = pending[^hold..];
        return new(_includeStop ? delta : pending[..^hold], null);
    }

    /// <summary>At the end of the sequence: the text that was held back.</summary>
    public string Flush()
    {
        var text = _includeStop ? "" : _held;
        _held = "";
        Array.ForEach(_stops, stop => stop.Reset());
        return text;
    }

    /// <summary>A loop: an enumerator would be garbage for every token.</summary>
    private int LongestMatch()
    {
        var longest = 0;
        foreach (var stop in _stops)
        {
            longest = Math.Max(longest, stop.MatchedLength);
        }

        return longest;
    }

    private (int Start, StopString? Stop) FindFirst(string delta, int deltaStart)
    {
        var (best, winner) = (int.MaxValue, default(StopString));
        foreach (var stop in _stops)
        {
            for (var index = 0; index < delta.Length; index++)
            {
                if (!stop.Advance(delta[index]))
                {
                    continue;
                }

                var start = deltaStart + index + 1 - stop.Text.Length;
                if (start < best)
                {
                    (best, winner) = (start, stop);
                }

                break;
            }
        }

        return (best, winner);
    }

    /// <summary>One stop string and how much of it the text's end matches (Knuth, Morris and Pratt).</summary>
    private sealed class StopString
    {
        private readonly int[] _fallback;

        public StopString(string text)
        {
            ArgumentException.ThrowIfNullOrEmpty(text);
            Text = text;
            _fallback = new int[text.Length];
            for (var index = 1; index < text.Length; index++)
            {
                _fallback[index] = Next(text[index], _fallback[index - 1]);
            }
        }

        public string Text { get; }

        /// <summary>How many of the stop's first characters the text ends with.</summary>
        public int MatchedLength { get; private set; }

        /// <summary>Takes a character; true when it completes the stop.</summary>
        public bool Advance(char next)
        {
            MatchedLength = Next(next, MatchedLength);
            return MatchedLength == Text.Length;
        }

        public void Reset() => MatchedLength = 0;

        private int Next(char next, int matched)
        {
            while (matched > 0 && Text[matched] != next)
            {
                matched = _fallback[matched - 1];
            }

            return Text[matched] == next ? matched + 1 : 0;
        }
    }
}

/// <summary>What <see cref="StopChecker.Push"/> gives.</summary>
/// <param name="Text">Text that may be sent now; may be empty.</param>
/// <param name="Stop">The stop string that was found, or null: go on.</param>
public readonly record struct StopResult(string Text, string? Stop);
