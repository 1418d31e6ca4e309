namespace Rill.TrainModel.Corpus;

/// <summary>Short chats in which something is said again exactly: words, names, numbers, marks, lists.</summary>
internal sealed class CopyChats(Grammar grammar, NameMaker names, Dice dice)
{
    /// <summary>One chat of one to three such wishes.</summary>
    public Conversation Next()
    {
        var turns = new List<Turn>();
        for (var i = dice.Chance(0.6) ? 1 : dice.Between(2, 3); i > 0; i--)
        {
            var (question, answer) = Draw();
            turns.Add(Turn.User(question));
            turns.Add(Turn.Assistant(answer, grammar.Expand("{think_copy}", new Dictionary<string, string> { ["answer"] = answer }, dice)));
        }

        return new Conversation(turns);
    }

    private (string Question, string Answer) Draw()
    {
        var bindings = new Dictionary<string, string> { ["p"] = Phrase() };
        foreach (var name in new[] { "w", "v", "u", "t" })
        {
            var word = Word();
            while (bindings.ContainsValue(word))
            {
                word = Word();
            }

            bindings[name] = word;
        }

        grammar.Bind("copy", bindings, dice);
        return (bindings["question"].Replace("\\n", "\n", StringComparison.Ordinal), bindings["answer"].Replace("\\n", "\n", StringComparison.Ordinal));
    }

    private string Phrase() => string.Join(dice.Chance(0.8) ? " " : ", ", Enumerable.Range(0, dice.Between(1, 6)).Select(_ => Item()));

    private string Word() => dice.Chance(0.5) ? names.Word() : names.Next().Name;

    private string Item() => dice.Between(0, 11) switch
    {
        <= 4 => names.Word(),
        5 or 6 => names.Next().Name,
        7 => names.Place(),
        8 => names.Digits(1, 7),
        9 => names.Code(),
        10 => dice.Chance(0.5) ? names.Date() : names.Clock(),
        _ => dice.Chance(0.3) ? names.Email() : names.Price(),
    };
}
