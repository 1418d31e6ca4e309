using System.CommandLine;
using Rill.TrainModel.Corpus;

namespace Rill.TrainModel;

/// <summary>"corpus": prints conversations as the model sees them.</summary>
internal static class CorpusCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many conversations.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Seed of the corpus.", DefaultValueFactory = _ => 1 };
        var command = new Command("corpus", "Prints conversations of the corpus.") { count, seed };
        command.SetAction(parsed =>
        {
            var generator = new CorpusGenerator(parsed.GetValue(seed));
            for (var i = 0; i < parsed.GetValue(count); i++)
            {
                Console.WriteLine(string.Concat(ChatMarkup.Render(generator.Next()).Select(piece => piece.Text)));
            }
        });
        return command;
    }
}
