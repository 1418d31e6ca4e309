namespace Rill.Text.Patterns;

/// <summary>
/// A place to return to: go on at <paramref name="Next"/> from <paramref name="Position"/>. After a repetition the place has a whole
/// range of positions, tried from <paramref name="Position"/> down to <paramref name="Floor"/> (greedy), or extended one code point at a
/// time while <paramref name="MayGrow"/> lasts (lazy).
/// </summary>
internal readonly record struct BacktrackPoint(int Next, int Position, int Floor, int MayGrow);

/// <summary>The stack of places to return to: on the thread's stack while small, on the heap beyond, and of bounded size.</summary>
internal ref struct BacktrackStack(Span<BacktrackPoint> initial)
{
    // 16 MiB.
    private const int MostPoints = 1 << 20;

    private Span<BacktrackPoint> _points = initial;

    public int Count { get; private set; }

    public void Push(BacktrackPoint point)
    {
        if (Count == _points.Length)
        {
            if (Count >= MostPoints)
            {
                throw EncodingBudget.Exceeded();
            }

            var larger = new BacktrackPoint[_points.Length * 2];
            _points.CopyTo(larger);
            _points = larger;
        }

        _points[Count++] = point;
    }

    public BacktrackPoint Pop() => _points[--Count];
}
