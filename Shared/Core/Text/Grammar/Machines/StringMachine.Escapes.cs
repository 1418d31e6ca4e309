namespace Rill.Text.Grammar.Machines;

/// <content>What is written behind a backslash.</content>
internal sealed partial class StringMachine
{
    private static readonly ByteSet s_escapes = ByteSet.Of("\"\\/bfnrtu"u8);
    private static readonly ByteSet s_u = ByteSet.Of((byte)'u');
    private static readonly ByteSet s_digits = ByteSet.Of("0123456789ABCDEFabcdef"u8);

    /// <summary>True behind a backslash that begins an escape.</summary>
    public static bool IsEscape(MachineState state) => (Phase)state.Phase == Phase.Escape;

    private Move StepEscape(MachineState state, byte next) => next switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => Complete(state, next),
        (byte)'b' => Complete(state, '\b'),
        (byte)'f' => Complete(state, '\f'),
        (byte)'n' => Complete(state, '\n'),
        (byte)'r' => Complete(state, '\r'),
        (byte)'t' => Complete(state, '\t'),
        (byte)'u' => To(state, Phase.Hex0, 0),
        _ => Move.None,
    };

    /// <summary>So many digits of an escape were read, this one included.</summary>
    private Move StepHex(MachineState state, byte next, int digits)
    {
        if (!char.IsAsciiHexDigit((char)next))
        {
            return Move.None;
        }

        var unit = (state.Text << 4) | Convert.ToInt32(((char)next).ToString(), 16);
        var shift = 4 * (4 - digits);
        var (first, last) = (unit << shift, ((unit + 1) << shift) - 1);
        var (high, highEnd) = (Math.Max(first, 0xD800), Math.Min(last, 0xDBFF));
        var opensPair = high <= highEnd && CanGoOn(state, Pair(high, 0xDC00), Pair(highEnd, 0xDFFF));
        if (digits == 4)
        {
            return opensPair ? To(state, Phase.PairEscape, unit) : char.IsSurrogate((char)unit) ? Move.None : Complete(state, unit);
        }

        return opensPair || CanGoOn(state, first, last) ? To(state, Phase.Hex0 + digits, unit) : Move.None;
    }

    /// <summary>The same for the second half of a pair; the state's text holds the first half, and then the digits.</summary>
    private Move StepLow(MachineState state, byte next, int digits)
    {
        if (!char.IsAsciiHexDigit((char)next))
        {
            return Move.None;
        }

        var (high, read) = (digits == 1 ? state.Text : state.Text >> 12, digits == 1 ? 0 : state.Text & 0xFFF);
        var unit = (read << 4) | Convert.ToInt32(((char)next).ToString(), 16);
        var shift = 4 * (4 - digits);
        var (first, last) = (Math.Max(unit << shift, 0xDC00), Math.Min(((unit + 1) << shift) - 1, 0xDFFF));
        if (first > last)
        {
            return Move.None;
        }

        return digits == 4 ? Complete(state, Pair(high, unit))
            : CanGoOn(state, Pair(high, first), Pair(high, last)) ? To(state, Phase.Low0 + digits, (high << 12) | unit)
            : Move.None;
    }

    private static int Pair(int high, int low) => 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}
