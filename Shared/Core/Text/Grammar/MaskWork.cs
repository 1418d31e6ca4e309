using System.Diagnostics;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Tokens;

namespace Rill.Text.Grammar;

/// <summary>
/// The mask of one place in an answer: found, or made in parts, between which others may use the grammar. One thread at a time makes it.
/// </summary>
internal sealed class MaskWork
{
    // Some 50 microseconds of a walk: so long another sequence with the same grammar waits at most.
    private const int NodesAtOnce = 10_000;

    private static readonly long s_part = Stopwatch.Frequency / 1_000;

    private readonly GrammarMasks _masks;
    private readonly Configuration _key;
    private uint[]? _bits;
    private IEnumerator<TokenWalk>? _walks;
    private TokenWalk? _walk;
    private volatile uint[]? _mask;

    /// <summary>Of the mask of a place; <paramref name="found"/> where it is made already.</summary>
    /// <param name="masks">The grammar's.</param>
    /// <param name="at">The place.</param>
    /// <param name="key">The place by which its mask is kept.</param>
    /// <param name="found">The mask; null where it is to be made.</param>
    public MaskWork(GrammarMasks masks, Configuration at, Configuration key, uint[]? found) => (_masks, At, _key, _mask) = (masks, at, key, found);

    /// <summary>The place.</summary>
    public Configuration At { get; }

    /// <summary>The mask, which nobody may change; null until it is made.</summary>
    public uint[]? Mask => _mask;

    /// <summary>Makes a part of it, for a millisecond or so.</summary>
    /// <returns>True when it is made.</returns>
    public bool Advance()
    {
        if ((_mask ??= _masks.Find(_key)) is not null)
        {
            return true;
        }

        if (_bits is null)
        {
            _bits = new uint[_masks.Words];
            _walks = _masks.Walks(_key, _bits).GetEnumerator();
        }

        // A part that throws leaves no walks, so that half a mask is never taken for a whole one.
        var walks = Interlocked.Exchange(ref _walks, null) ?? throw new InvalidOperationException("A mask could not be made.");
        var until = Stopwatch.GetTimestamp() + s_part;
        while (_walk is not null || walks.MoveNext())
        {
            _walk ??= walks.Current;
            _walk = _masks.Advance(_walk, NodesAtOnce) ? null : _walk;
            if (Stopwatch.GetTimestamp() >= until)
            {
                _walks = walks;
                return false;
            }
        }

        _mask = _masks.Keep(_key, _bits);
        return true;
    }
}
