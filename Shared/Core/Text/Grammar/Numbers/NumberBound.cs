using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Numbers;

/// <summary>A bound of a number's value.</summary>
internal readonly record struct NumberBound(JsonNumber Value, bool IsMinimum, bool IsExclusive)
{
    /// <summary>True when a number obeys it.</summary>
    public bool Holds(JsonNumber number) => Allows(number.CompareTo(Value));

    /// <summary>The bound that its violation obeys.</summary>
    public NumberBound Negate() => new(Value, !IsMinimum, !IsExclusive);

    /// <summary>True when this bound, of the same direction, allows less than another.</summary>
    public bool IsTighterThan(NumberBound other)
    {
        var order = Value.CompareTo(other.Value);
        return order == 0 ? IsExclusive && !other.IsExclusive : IsMinimum ? order > 0 : order < 0;
    }

    /// <summary>
    /// The texts of numbers that obey it, among texts that are numbers. Only a bound of zero lets an exponent follow, which changes no sign.
    /// </summary>
    public StringAutomaton Automaton(AutomatonBuilder builder)
    {
        var (bound, (whole, fraction)) = (this, Value.Digits());
        return builder.Explore(NumberSyntax.Digits, new Reading(0, 0, 0, 0, Part.Whole), Step, Accepts);

        Reading? Step(Reading reading, int symbol) => (reading.Part, symbol) switch
        {
            (Part.Whole, '-') => reading with { Sign = -1 },
            (Part.Whole, >= '0' and <= '9') when reading.Count >= whole.Length => reading with { Count = whole.Length + 1, Order = 1 },
            (Part.Whole, >= '0' and <= '9') => reading with { Count = reading.Count + 1, Order = Then(reading.Order, symbol - whole[reading.Count]) },
            (Part.Whole, '.') => new(reading.Sign, 0, OfWhole(reading), 0, Part.Fraction),
            (Part.Fraction, >= '0' and <= '9') => reading with
            {
                Place = Math.Min(reading.Place + 1, fraction.Length),
                Order = Then(reading.Order, symbol - (reading.Place < fraction.Length ? fraction[reading.Place] : '0')),
            },
            (Part.Exponent, '-' or '+' or (>= '0' and <= '9')) => reading,
            (not Part.Exponent, 'E') when bound.Value.Unscaled.IsZero => new(reading.Sign, 0, OfMagnitude(reading), 0, Part.Exponent),
            _ => null,
        };

        int OfWhole(Reading reading) => reading.Count < whole.Length ? -1 : reading.Order;

        int OfMagnitude(Reading reading) => reading.Part switch
        {
            Part.Whole => Then(OfWhole(reading), fraction.Length > 0 ? -1 : 0),
            Part.Fraction => Then(reading.Order, reading.Place < fraction.Length ? -1 : 0),
            _ => reading.Order,
        };

        bool Accepts(Reading reading) => bound.Allows((reading.Sign, bound.Value.Unscaled.Sign) switch
        {
            (0, >= 0) => OfMagnitude(reading),
            (0, < 0) => 1,
            (_, > 0) => -1,
            _ => -OfMagnitude(reading),
        });
    }

    private static int Then(int order, int next) => order != 0 ? order : Math.Sign(next);

    private bool Allows(int order) => IsMinimum ? order > 0 || (order == 0 && !IsExclusive) : order < 0 || (order == 0 && !IsExclusive);

    private enum Part
    {
        Whole,
        Fraction,
        Exponent,
    }

    /// <summary>What was read of a number: how its magnitude compares with the bound's as far as that is.</summary>
    private readonly record struct Reading(int Sign, int Count, int Order, int Place, Part Part);
}
