using Rill.TrainModel.Corpus;

namespace Rill.Torch.Tests.DefaultModel;

public sealed class GrammarTests
{
    private static readonly Dictionary<string, string> NoBindings = [];

    [Fact]
    public void Say_WithRulesAndChoices_ReplacesThemAll()
    {
        var grammar = Grammar.Parse("== start\n@a {animal} [ran[.|.]|ran.]\n== animal\nowl");
        Assert.Equal("An owl ran.", grammar.Say("start", NoBindings, new Dice(1)));
    }

    [Fact]
    public void Say_WithABinding_PrefersItToTheRule()
    {
        var grammar = Grammar.Parse("== start\nthe {animal}.\n== animal\nowl");
        Assert.Equal("The fox.", grammar.Say("start", new Dictionary<string, string> { ["animal"] = "fox" }, new Dice(1)));
    }

    [Fact]
    public void Bind_WithATable_BindsItsColumns()
    {
        var bindings = new Dictionary<string, string>();
        Grammar.Parse("== t(q, a)\nwho? / {x}\n== x\nme").Bind("t", bindings, new Dice(1));
        Assert.Equal(("who?", "me"), (bindings["q"], bindings["a"]));
    }

    [Fact]
    public void Say_WithAnUnknownRule_NamesIt()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Grammar.Parse("== start\n{nobody}").Say("start", NoBindings, new Dice(1)));
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("he came. \"i know,\" said she. \"do you?\" asked he. @a honest hour", "He came. \"I know,\" said she. \"Do you?\" asked he. An honest hour")]
    [InlineData("@a unicorn and @a ant", "A unicorn and an ant")]
    public void Tidy_Always_MindsCapitalsAndArticles(string text, string expected) => Assert.Equal(expected, English.Tidy(text));
}
