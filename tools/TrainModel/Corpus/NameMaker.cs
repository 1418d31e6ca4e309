namespace Rill.TrainModel.Corpus;

/// <summary>Names and made-up words. Half of all names are invented, so that the model learns to copy a name instead of knowing it.</summary>
internal sealed class NameMaker(Grammar grammar, Dice dice)
{
    private static readonly Dictionary<string, string> NoBindings = [];

    /// <summary>A name, and whether its bearer is a she; drawn by lot unless wanted.</summary>
    public (string Name, bool Female) Next(bool? wanted = null)
    {
        var female = wanted ?? dice.Chance(0.5);
        return dice.Chance(0.5)
            ? (Any(female ? "girls" : "boys"), female)
            : (English.Capitalise(Syllables()), female);
    }

    /// <summary>A word nobody has seen, such as "frooble".</summary>
    public string Word() => Syllables();

    private string Syllables()
    {
        var word = Any("sound_start") + Any("sound_middle");
        word += dice.Chance(0.6) ? Any("sound_end") + Any("sound_tail") : Any("sound_end");
        return dice.Chance(0.15) ? Any("sound_start") + Any("sound_middle") + word : word;
    }

    private string Any(string rule) => grammar.Expand($"{{{rule}}}", NoBindings, dice);
}
