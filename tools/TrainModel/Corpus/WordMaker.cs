namespace Rill.TrainModel.Corpus;

/// <summary>
/// Words that nobody has seen, made in three ways: of English-sounding syllables, of the beginning and the end of two known words, and of
/// single letters. Together they show the model every piece of its vocabulary as something to copy.
/// </summary>
internal sealed class WordMaker(Grammar grammar, Dice dice)
{
    private const string Vowels = "aeiouaeiouaeiouy";
    private const string Consonants = "bcdfghjklmnpqrstvwxzbcdfghlmnprstnrstl";

    private static readonly string[] Lists = ["animals", "people", "things", "boys", "girls", "city", "adjective", "food", "hobby", "colour"];
    private static readonly Dictionary<string, string> NoBindings = [];

    private readonly string[] _known =
        [.. Lists.SelectMany(grammar.Alternatives).Select(word => word.ToLowerInvariant()).Where(word => word.Length > 3 && word.All(char.IsLetter))];

    /// <summary>A word in small letters.</summary>
    public string Next() => dice.Between(0, 9) switch
    {
        <= 2 => Syllables(),
        <= 6 => Spliced(),
        _ => Letters(),
    };

    private string Syllables()
    {
        var word = Any("sound_start") + Any("sound_middle");
        word += dice.Chance(0.6) ? Any("sound_end") + Any("sound_tail") : Any("sound_end");
        return dice.Chance(0.15) ? Any("sound_start") + Any("sound_middle") + word : word;
    }

    private string Spliced()
    {
        var (first, second) = (dice.Pick(_known), dice.Pick(_known));
        var (head, tail) = (dice.Between(2, Math.Min(5, first.Length)), dice.Between(2, Math.Min(6, second.Length)));
        return first[..head] + second[^tail..];
    }

    private string Letters()
    {
        var word = new char[dice.Between(3, 9)];
        var isVowel = dice.Chance(0.3);
        for (var i = 0; i < word.Length; i++)
        {
            word[i] = isVowel ? Vowels[dice.Between(0, Vowels.Length - 1)] : Consonants[dice.Between(0, Consonants.Length - 1)];
            isVowel = isVowel ? dice.Chance(0.15) : dice.Chance(0.7);
        }

        return new string(word);
    }

    private string Any(string rule) => grammar.Expand($"{{{rule}}}", NoBindings, dice);
}
