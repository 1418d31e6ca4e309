using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads a string whose text an automaton accepts, in any of its spellings: UTF-8, escapes, pairs of surrogates. It returns the label of the
/// text. Nothing is begun that cannot be ended, and no half of a pair stands alone. A bare string has neither quotation marks nor escapes.
/// </summary>
/// <remarks>
/// A state's place is the automaton's, its count the code points read where lengths are bounded, its text what was read of a code point,
/// or the complement of one that stands for all that it can become.
/// </remarks>
/// <param name="automaton">The automaton.</param>
/// <param name="minLength">Least code points.</param>
/// <param name="maxLength">Most; int.MaxValue for no bound.</param>
/// <param name="lengths">Which lengths are possible, where bounds stand beside an automaton that does not accept everything.</param>
/// <param name="isBare">True for a text as it is, without quotation marks and escapes.</param>
internal sealed partial class StringMachine(
    StringAutomaton automaton, int minLength = 0, int maxLength = int.MaxValue, LengthReach? lengths = null, bool isBare = false) : Machine
{
    private const int LeastOfThree = 0x800;
    private const int LeastOfFour = 0x10000;

    private static readonly ByteSet s_quote = ByteSet.Of((byte)'"');
    private static readonly ByteSet s_backslash = ByteSet.Of((byte)'\\');
    private static readonly ByteSet s_controls = ByteSet.Range(0, ' ' - 1);

    /// <summary>Phases: bytes of UTF-8 that are missing, hexadecimal digits of an escape that were read.</summary>
    private enum Phase
    {
        Start,
        Body,
        Missing1,
        Missing2,
        Missing3,
        Escape,
        Hex0,
        Hex1,
        Hex2,
        Hex3,
        PairEscape,
        PairU,
        Low0,
        Low1,
        Low2,
        Low3,
    }

    /// <summary>Reads any string.</summary>
    public static StringMachine Any { get; } = new(StringAutomaton.Any);

    /// <summary>True for a string of which nothing is asked.</summary>
    public bool IsAny => ReferenceEquals(automaton, StringAutomaton.Any) && !IsCounted;

    /// <summary>True before the first quotation mark.</summary>
    public static bool IsBefore(MachineState state) => (Phase)state.Phase == Phase.Start;

    /// <summary>True behind the first quotation mark, between two characters.</summary>
    public static bool IsInside(MachineState state) => (Phase)state.Phase == Phase.Body;

    /// <summary>Reads those of its texts in which another text does not stand, without quotation marks and escapes.</summary>
    /// <exception cref="SchemaException">It cannot be told apart from what follows, or nothing is left.</exception>
    public StringMachine BareWithout(string text, AutomatonBuilder builder)
    {
        if (lengths is not null)
        {
            throw new SchemaException("a pattern with bounds of length is not supported where the model writes texts without quotation marks") { IsUnsupported = true };
        }

        var bare = text.Length == 0 ? automaton : builder.Combine(
            [automaton, builder.Pattern(RegexParser.Escape(text))],
            labels => labels[0] == StringAutomaton.Rejected || labels[1] != StringAutomaton.Rejected ? StringAutomaton.Rejected : labels[0]);
        return bare.IsEmpty ? throw new SchemaException("no value obeys the schema") : new(bare, minLength, maxLength, isBare: true);
    }

    private bool IsCounted => minLength > 0 || maxLength < int.MaxValue;

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (isBare && (Phase)state.Phase == Phase.Start)
        {
            ways.Go(state with { Phase = (int)Phase.Body });
            return;
        }

        if (!isBare || (Phase)state.Phase != Phase.Body || CanGoOn(state, 0, CodePointRanges.Last))
        {
            ways.Wait();
        }

        if (isBare && (Phase)state.Phase == Phase.Body && MayEnd(state))
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => (Phase)state.Phase switch
    {
        Phase.Start => next == '"' ? To(state, Phase.Body, 0) : Move.None,
        Phase.Body => StepBody(state, next),
        Phase.Missing1 or Phase.Missing2 or Phase.Missing3 => (next & 0xC0) == 0x80
            ? Continue(state, next, state.Phase - (int)Phase.Missing1)
            : Move.None,
        Phase.Escape => StepEscape(state, next),
        Phase.PairEscape => next == '\\' ? To(state, Phase.PairU, state.Text) : Move.None,
        Phase.PairU => next == 'u' ? To(state, Phase.Low0, state.Text) : Move.None,
        >= Phase.Hex0 and <= Phase.Hex3 => StepHex(state, next, (Phase)state.Phase - Phase.Hex0 + 1),
        _ => StepLow(state, next, (Phase)state.Phase - Phase.Low0 + 1),
    };

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) => (Phase)state.Phase switch
    {
        Phase.Body => AlikeInBody(state, next),
        Phase.Missing1 or Phase.Missing2 or Phase.Missing3 when ClassesOfBytes.Continuations.Contains(next) => state.Text < 0
            ? ClassesOfBytes.Continuations
            : AlikeContinuations(state, next),
        Phase.Missing1 or Phase.Missing2 or Phase.Missing3 => ~ClassesOfBytes.Continuations,
        _ => base.Alike(state, next),
    };

    /// <inheritdoc/>
    protected override ByteSet Taken(MachineState state) => (Phase)state.Phase switch
    {
        Phase.Start => s_quote,
        Phase.Escape => s_escapes,
        Phase.PairEscape => s_backslash,
        Phase.PairU => s_u,
        _ => s_digits,
    };

    /// <inheritdoc/>
    public override MachineState Representative(MachineState state, int longestToken)
    {
        if (!IsCounted || (Phase)state.Phase == Phase.Start)
        {
            return state;
        }

        if (lengths is not null)
        {
            return lengths.IsFree(state.Count, longestToken) ? state with { Count = minLength } : state;
        }

        var (missing, room) = (minLength - state.Count, maxLength == int.MaxValue ? int.MaxValue : maxLength - state.Count);
        return missing > longestToken ? state with { Count = 0 }
            : missing <= 0 && room > longestToken ? state with { Count = maxLength == int.MaxValue ? minLength : Math.Max(minLength, maxLength - longestToken - 1) }
            : state;
    }

    /// <inheritdoc/>
    public override int PlainRoom(MachineState state)
    {
        if ((Phase)state.Phase != Phase.Body || lengths is not null)
        {
            return 0;
        }

        var room = maxLength == int.MaxValue ? int.MaxValue : maxLength - state.Count;
        return automaton.IsTotal ? room : Math.Min(room, automaton.Plain.From(state.Place));
    }

    /// <inheritdoc/>
    public override bool IsOpen(MachineState state, int longestToken) =>
        (Phase)state.Phase == Phase.Body && HasRoom(state, longestToken) && (automaton.IsTotal || automaton.Plain.IsOpen(state.Place));

    /// <inheritdoc/>
    public override InsideState? Inside(MachineState state, int longestToken)
    {
        if (isBare || (Phase)state.Phase != Phase.Body)
        {
            return null;
        }

        if (HasRoom(state, longestToken))
        {
            return automaton.IsTotal ? new(StringAutomaton.Any, 0) : new(automaton, state.Place);
        }

        return lengths is null && automaton.IsTotal && state.Count < maxLength ? new(StringAutomaton.Any, 0, maxLength - state.Count) : null;
    }

    /// <inheritdoc/>
    public override uint Groups(MachineState state) =>
        (Phase)state.Phase == Phase.Body && HasRoom(state, CharacterGroups.LongestToken)
            ? GroupReach.From(automaton, state.Place, CharacterGroups.MostTokens)
            : 0;

    /// <inheritdoc/>
    public override bool PlainRoomIsExact => IsCounted && automaton.IsTotal;

    private ByteSet AlikeInBody(MachineState state, byte next)
    {
        var alike = automaton.Alike(state.Place, next);
        return isBare ? alike
            : next is (byte)'"' or (byte)'\\' ? ByteSet.Of(next)
            : next < ' ' ? s_controls
            : alike & ~(s_quote | s_backslash | s_controls);
    }

    /// <summary>Those after which the character is of the same interval, whatever follows.</summary>
    private ByteSet AlikeContinuations(MachineState state, byte next)
    {
        var stands = StandsFor(next);
        return stands < 0 ? ByteSet.Of(next) : ClassesOfBytes.ContinuationsWhere(other => StandsFor(other) == stands);

        int StandsFor(byte with)
        {
            var (bits, missing) = ((state.Text << 6) | (with & 0x3F), state.Phase - (int)Phase.Missing1);
            return missing == 0 ? automaton.Classes.FindCommon(bits, bits) : Common(bits << (6 * missing), missing, Least(state, missing));
        }
    }

    private static Move To(MachineState state, Phase phase, int text) => Move.To(state with { Phase = (int)phase, Text = text });

    /// <summary>True when so many characters may follow whatever the bounds of the length are.</summary>
    private bool HasRoom(MachineState state, int characters) =>
        lengths?.IsFree(state.Count, characters) ?? (maxLength == int.MaxValue || maxLength - state.Count > characters);

    private bool MayEnd(MachineState state) => automaton.Label(state.Place) != StringAutomaton.Rejected && state.Count >= minLength;

    private Move StepBody(MachineState state, byte next) => next switch
    {
        < 0x80 when isBare => Complete(state, next),
        (byte)'"' => MayEnd(state) ? Move.Return(automaton.Label(state.Place)) : Move.None,
        (byte)'\\' => CanGoOn(state, 0, CodePointRanges.Last) ? To(state, Phase.Escape, 0) : Move.None,
        < 0x20 => Move.None,
        < 0x80 => Complete(state, next),
        >= 0xC2 and <= 0xDF => Utf8(state, next & 0x1F, 1),
        >= 0xE0 and <= 0xEF => Utf8(state, next & 0xF, 2),
        >= 0xF0 and <= 0xF4 => Utf8(state, next & 0x7, 3),
        _ => Move.None,
    };

    /// <summary>One more byte of a code point was read, and so many are missing.</summary>
    private Move Continue(MachineState state, byte next, int missing) => state.Text >= 0 ? Utf8(state, (state.Text << 6) | (next & 0x3F), missing)
        : missing == 0 ? Complete(state, ~state.Text)
        : To(state, Phase.Missing1 + missing - 1, state.Text);

    /// <summary>Some bytes of a code point were read: its first bits, and so many bytes that are missing.</summary>
    /// <remarks>What has a shorter form begins no longer one: the first two bytes tell.</remarks>
    private Move Utf8(MachineState state, int bits, int missing)
    {
        if (missing == 0)
        {
            return Complete(state, bits);
        }

        var (first, least) = (bits << (6 * missing), Least(state, missing));
        var last = Last(first, missing);
        if (!CanGoOn(state, Math.Max(first, least), Math.Min(last, CodePointRanges.Last)))
        {
            return Move.None;
        }

        var stands = Common(first, missing, least);
        return To(state, Phase.Missing1 + missing - 1, stands >= 0 ? ~stands : bits);
    }

    /// <summary>The least code point with as many bytes as one has, of which some were read and so many are missing; 0 where the first byte tells.</summary>
    private static int Least(MachineState state, int missing) => missing switch
    {
        3 => LeastOfFour,
        2 when (Phase)state.Phase == Phase.Missing3 => LeastOfFour,
        1 when (Phase)state.Phase == Phase.Body => 0,
        _ => LeastOfThree,
    };

    private static int Last(int first, int missing) => first + (1 << (6 * missing)) - 1;

    /// <summary>
    /// Where it makes no difference which code point one becomes that is begun, the code point that stands for all, else -1: else beginnings
    /// would be many states.
    /// </summary>
    private int Common(int first, int missing, int least) =>
        first >= least && Last(first, missing) is var last and <= CodePointRanges.Last && (last < 0xD800 || first > 0xDFFF)
            ? automaton.Classes.FindCommon(first, last)
            : -1;

    private Move Complete(MachineState state, int codePoint) =>
        state.Count < maxLength && automaton.Step(state.Place, codePoint) is var place and not StringAutomaton.Dead
            && (lengths is null || lengths.CanEnd(place, state.Count + 1))
            ? Move.To(new((int)Phase.Body, place, IsCounted ? state.Count + 1 : 0))
            : Move.None;

    /// <summary>True when a code point of a range, surrogates left out, may follow.</summary>
    private bool CanGoOn(MachineState state, int first, int last)
    {
        if (state.Count >= maxLength || first > last)
        {
            return false;
        }

        Predicate<int>? test = lengths is null ? null : place => lengths.CanEnd(place, state.Count + 1);
        return (first < 0xD800 && automaton.LeadsOn(state.Place, first, Math.Min(last, 0xD7FF), test))
            || (last > 0xDFFF && automaton.LeadsOn(state.Place, Math.Max(first, 0xE000), last, test));
    }
}
