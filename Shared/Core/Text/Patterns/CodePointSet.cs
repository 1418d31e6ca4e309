namespace Rill.Text.Patterns;

/// <summary>
/// A set of code points given by a test. ASCII answers come from a bitmap made at once, all others from pages of 256 code points filled
/// at their first use. Thread-safe: a page filled twice is filled alike.
/// </summary>
internal sealed class CodePointSet
{
    private const int PageBits = 8;
    private const int PageWords = (1 << PageBits) / 64;

    private readonly Func<int, bool> _contains;
    private readonly ulong _low;
    private readonly ulong _high;
    private ulong[]?[]? _pages;

    public CodePointSet(Func<int, bool> contains)
    {
        _contains = contains;
        for (var codePoint = 0; codePoint < 64; codePoint++)
        {
            _low |= contains(codePoint) ? 1UL << codePoint : 0;
            _high |= contains(codePoint + 64) ? 1UL << codePoint : 0;
        }
    }

    /// <summary>The test itself: for those who keep its answers.</summary>
    public bool Test(int codePoint) => _contains(codePoint);

    public bool Contains(int codePoint) => codePoint switch
    {
        < 64 => (_low >> codePoint & 1) != 0,
        < 128 => (_high >> (codePoint - 64) & 1) != 0,
        _ => ContainsBeyondAscii(codePoint),
    };

    private bool ContainsBeyondAscii(int codePoint)
    {
        var pages = _pages ??= new ulong[]?[CodePoint.Limit >> PageBits];
        var page = pages[codePoint >> PageBits] ??= FillPage(codePoint >> PageBits);
        return (page[codePoint >> 6 & (PageWords - 1)] >> (codePoint & 63) & 1) != 0;
    }

    private ulong[] FillPage(int index)
    {
        var page = new ulong[PageWords];
        var first = index << PageBits;
        for (var offset = 0; offset < 1 << PageBits; offset++)
        {
            page[offset >> 6] |= _contains(first + offset) ? 1UL << (offset & 63) : 0;
        }

        return page;
    }
}
