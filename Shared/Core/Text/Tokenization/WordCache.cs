namespace Rill.Text.Tokenization;

/// <summary>
/// Remembers the tokens of words seen lately: one entry a slot, the newest wins, so that its size is bounded whatever is asked.
/// Thread-safe, without locks: an entry is immutable and replaced as a whole.
/// </summary>
internal sealed class WordCache
{
    private const int Slots = 1 << 15;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public int[]? Find(ReadOnlySpan<char> word)
    {
        var entry = Volatile.Read(ref _entries[Slot(word)]);
        return entry is not null && word.SequenceEqual(entry.Word) ? entry.Tokens : null;
    }

    public void Add(ReadOnlySpan<char> word, int[] tokens) => Volatile.Write(ref _entries[Slot(word)], new(word.ToString(), tokens));

    private static int Slot(ReadOnlySpan<char> word) => string.GetHashCode(word) & (Slots - 1);

    private sealed record Entry(string Word, int[] Tokens);
}
