using System.Globalization;

namespace Rill.TrainModel.Corpus;

/// <summary>
/// Names, places and made-up words. Most are invented, so that the model learns to copy a name instead of knowing it. With
/// <paramref name="only"/>, all of them come from that list: so an exam asks for words that no training text holds.
/// </summary>
internal sealed class NameMaker(Grammar grammar, Dice dice, IReadOnlyList<string>? only = null)
{
    private static readonly Dictionary<string, string> NoBindings = [];

    private readonly WordMaker _words = new(grammar, dice);

    /// <summary>A name, and whether its bearer is a she; drawn by lot unless wanted.</summary>
    public (string Name, bool Female) Next(bool? wanted = null)
    {
        var female = wanted ?? dice.Chance(0.5);
        return only is null && dice.Chance(0.4)
            ? (Any(female ? "girls" : "boys"), female)
            : (English.Capitalise(Word()), female);
    }

    /// <summary>A name that is none of the others.</summary>
    public string Other(params IReadOnlyList<string> others)
    {
        while (true)
        {
            var (name, _) = Next();
            if (!others.Contains(name))
            {
                return name;
            }
        }
    }

    /// <summary>A town, known or invented.</summary>
    public string Place() => only is null && dice.Chance(0.35)
        ? Any("city")
        : English.Capitalise(Word()) + (only is null && dice.Chance(0.08) ? " " + English.Capitalise(Word()) : "");

    /// <summary>A word nobody has seen, such as "frooble".</summary>
    public string Word() => only is null ? _words.Next() : dice.Pick(only);

    /// <summary>An address such as "frooble@glim.org".</summary>
    public string Email() => Word() + dice.Between(0, 2) switch
    {
        0 => $".{Word()}",
        1 => $"{dice.Between(1, 99)}",
        _ => "",
    } + $"@{Word()}.{dice.Pick(["com", "org", "net", "eu"])}";

    /// <summary>A date as ISO 8601 writes it.</summary>
    public string Date() => string.Create(CultureInfo.InvariantCulture, $"{dice.Between(1950, 2030)}-{dice.Between(1, 12):00}-{dice.Between(1, 28):00}");

    /// <summary>A time of day, "07:30".</summary>
    public string Clock() => string.Create(CultureInfo.InvariantCulture, $"{dice.Between(0, 23):00}:{dice.Between(0, 59):00}");

    /// <summary>A decimal number with one or two places.</summary>
    public string Price() => string.Create(CultureInfo.InvariantCulture, $"{dice.Between(0, 300)}.{(dice.Chance(0.5) ? $"{dice.Between(1, 9)}" : $"{dice.Between(1, 9)}{dice.Between(1, 9)}")}");

    /// <summary>A run of digits, no zero in front.</summary>
    public string Digits(int low, int high) => dice.Between(1, 9) + string.Concat(Enumerable.Range(1, dice.Between(low, high) - 1).Select(_ => dice.Between(0, 9)));

    /// <summary>A number or mark such as "4711" or "AX-93".</summary>
    public string Code() => dice.Between(0, 2) switch
    {
        0 => Digits(3, 6),
        1 => $"{Letter()}{Letter()}-{Digits(2, 4)}",
        _ => $"{Letter()}{Digits(2, 4)}",
    };

    private char Letter() => (char)('A' + dice.Between(0, 25));

    private string Any(string rule) => grammar.Expand($"{{{rule}}}", NoBindings, dice);
}
