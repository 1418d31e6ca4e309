using System.Numerics;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Numbers;

/// <summary>Automata of how numbers are written.</summary>
internal static class NumberSyntax
{
    private const int LargestModulus = 20_000;

    private static readonly CharacterClasses s_syntax =
        CharacterClasses.Of([.. new[] { ('-', '-'), ('+', '+'), ('0', '0'), ('1', '9'), ('.', '.') }.Select(One), Exponents]);

    /// <summary>The classes of code points that tell each digit from the others.</summary>
    public static CharacterClasses Digits { get; } =
        CharacterClasses.Of([.. "-+.0123456789".Select(symbol => One((symbol, symbol))), Exponents]);

    private static readonly Lazy<StringAutomaton> s_whole = new(() => Explore(isWhole: true));
    private static readonly Lazy<StringAutomaton> s_numbers = new(() => Explore(isWhole: false));

    private static CodePointRanges Exponents => CodePointRanges.Of(('E', 'E'), ('e', 'e'));

    /// <summary>The texts of numbers: of whole ones without point and exponent, or of all.</summary>
    public static StringAutomaton Numbers(bool isWhole) => isWhole ? s_whole.Value : s_numbers.Value;

    private static StringAutomaton Explore(bool isWhole)
    {
        return new AutomatonBuilder(new()).Explore(s_syntax, Place.Start, Step, place => place is Place.Zero or Place.Whole or Place.Fraction or Place.Exponent);

        Place? Step(Place place, int symbol) => (place, symbol) switch
        {
            (Place.Start, '-') => Place.Sign,
            (Place.Start or Place.Sign, '0') => Place.Zero,
            (Place.Start or Place.Sign, '1') => Place.Whole,
            (Place.Whole, '0' or '1') => Place.Whole,
            _ when isWhole => null,
            (Place.Zero or Place.Whole, '.') => Place.Point,
            (Place.Point or Place.Fraction, '0' or '1') => Place.Fraction,
            (Place.Zero or Place.Whole or Place.Fraction, 'E') => Place.ExponentMark,
            (Place.ExponentMark, '+' or '-') => Place.ExponentSign,
            (Place.ExponentMark or Place.ExponentSign or Place.Exponent, '0' or '1') => Place.Exponent,
            _ => null,
        };
    }

    /// <summary>
    /// The texts of numbers that are multiples of some units, which are above 0, and not of others, among texts that are numbers without
    /// exponent; null when they have too many remainders.
    /// </summary>
    public static StringAutomaton? Multiples(AutomatonBuilder builder, IReadOnlyList<(JsonNumber Unit, bool IsNegated)> units)
    {
        var scale = units.Max(unit => unit.Unit.Scale);
        var parts = units.Select(unit => unit.Unit.Unscaled * BigInteger.Pow(10, scale - unit.Unit.Scale)).ToArray();
        var common = parts.Aggregate((one, other) => one / BigInteger.GreatestCommonDivisor(one, other) * other);
        if (common * (scale + 2) > LargestModulus)
        {
            return null;
        }

        var (modulus, small) = ((int)common, Array.ConvertAll(parts, part => (int)part));
        return builder.Explore(Digits, new Remainder(0, -1, false), Step, Accepts);

        Remainder? Step(Remainder state, int symbol) => symbol switch
        {
            '-' => state,
            '.' => state with { Places = 0 },
            >= '0' and <= '9' when state.Places < scale =>
                state with { Value = ((state.Value * 10) + symbol - '0') % modulus, Places = state.Places < 0 ? -1 : state.Places + 1 },
            '0' => state,
            >= '1' and <= '9' => state with { IsFiner = true },
            _ => null,
        };

        bool Accepts(Remainder state)
        {
            var value = (int)(state.Value * BigInteger.Pow(10, scale - Math.Max(0, state.Places)) % modulus);
            return units.Index().All(unit => unit.Item.IsNegated != (!state.IsFiner && value % small[unit.Index] == 0));
        }
    }

    private static CodePointRanges One((char First, char Last) range) => CodePointRanges.Of((range.First, range.Last));

    private enum Place
    {
        Start,
        Sign,
        Zero,
        Whole,
        Point,
        Fraction,
        ExponentMark,
        ExponentSign,
        Exponent,
    }

    /// <param name="Value">What was read, as a multiple of the last place, modulo the unit.</param>
    /// <param name="Places">Digits read after the point, as far as they count; -1 before it.</param>
    /// <param name="IsFiner">True when it has a digit beyond the unit's last.</param>
    private readonly record struct Remainder(int Value, int Places, bool IsFiner);
}
