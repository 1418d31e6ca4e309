using System.Runtime.InteropServices;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Remembers the tokens of words seen lately. A word has two places; a new one takes the first, pushes what stood there to the second, and
/// what stood there out, so that the size is bounded whatever is asked: 32,768 words, none of more than 64 UTF-16 units or 32 tokens, which
/// hardly come again, are 10 MB at worst. Thread-safe, without locks: an entry is an array that is never changed, and replaced as a whole.
/// </summary>
internal sealed class WordCache
{
    private const int LongestWord = 64;
    private const int MostTokens = 32;
    private const int Places = 1 << 15;

    // An entry holds the word's length, its units two by two, and then its tokens: all that a look-up reads lies together.
    private readonly int[]?[] _entries = new int[]?[Places];

    /// <summary>Appends the tokens of a word, if they are remembered.</summary>
    public bool TryAppend(ReadOnlySpan<char> word, List<int> output)
    {
        if (word.Length > LongestWord)
        {
            return false;
        }

        var place = Place(word);
        var entry = Volatile.Read(ref _entries[place]);
        if (entry is null || !Holds(entry, word))
        {
            entry = Volatile.Read(ref _entries[place ^ 1]);
            if (entry is null || !Holds(entry, word))
            {
                return false;
            }
        }

        var first = FirstToken(word.Length);
        if (entry.Length == first + 1)
        {
            output.Add(entry[first]);
        }
        else
        {
            output.AddRange(entry.AsSpan(first));
        }

        return true;
    }

    /// <summary>Remembers the tokens of a word, unless it or they are long.</summary>
    public void Add(ReadOnlySpan<char> word, ReadOnlySpan<int> tokens)
    {
        if (word.Length > LongestWord || tokens.Length > MostTokens)
        {
            return;
        }

        var first = FirstToken(word.Length);
        var entry = new int[first + tokens.Length];
        entry[0] = word.Length;
        word.CopyTo(Units(entry));
        tokens.CopyTo(entry.AsSpan(first));
        var place = Place(word);
        Volatile.Write(ref _entries[place ^ 1], _entries[place]);
        Volatile.Write(ref _entries[place], entry);
    }

    private static bool Holds(int[] entry, ReadOnlySpan<char> word) =>
        entry[0] == word.Length && Units(entry)[..word.Length].SequenceEqual(word);

    private static Span<char> Units(int[] entry) => MemoryMarshal.Cast<int, char>(entry.AsSpan(1));

    private static int FirstToken(int length) => 1 + (length + 1) / 2;

    /// <summary>The first of a word's two places: an even number, and the odd one after it is the second.</summary>
    private static int Place(ReadOnlySpan<char> word)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)word.Length;
        for (; word.Length > 4; word = word[4..])
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(word))) * Multiplier;
            hash ^= hash >> 32;
        }

        ulong rest = 0;
        foreach (var unit in word)
        {
            rest = rest << 16 | unit;
        }

        hash = (hash ^ rest) * Multiplier;
        return (int)(hash >> 49) & ~1;
    }
}
