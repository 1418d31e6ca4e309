using System.CommandLine;
using Rill.Torch.Native;
using Rill.TrainModel.Export;
using TorchSharp;

namespace Rill.TrainModel;

/// <summary>The root command: makes the corpus and the tokenizer, trains for the given time and writes the model's directory.</summary>
internal static class TrainCommand
{
    public static void AddTo(RootCommand root)
    {
        var minutes = new Option<double>("--minutes") { Description = "Time to train, in minutes.", DefaultValueFactory = _ => 75 };
        var seed = new Option<int>("--seed") { Description = "Seed of corpus and weights.", DefaultValueFactory = _ => 1 };
        var output = new Option<DirectoryInfo>("--out") { Description = "Directory to write.", DefaultValueFactory = _ => new("models/rill-mini") };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of libtorch. Give one where the machine does other work: OpenMP's threads wait for the slowest.",
            DefaultValueFactory = _ => Math.Min(2, Environment.ProcessorCount),
        };
        var start = new Option<DirectoryInfo>("--from") { Description = "Directory of a model that this program has written: its training goes on. Give another --seed than before, or it reads the same again." };
        root.Options.Add(minutes);
        root.Options.Add(seed);
        root.Options.Add(output);
        root.Options.Add(threads);
        root.Options.Add(start);
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(minutes) is <= 0 or > 1_440)
            {
                Console.Error.WriteLine("--minutes must lie above 0 and be at most 1440.");
                return 1;
            }

            if (parsed.GetValue(start) is { } from && !File.Exists(Path.Combine(from.FullName, TrainingHistory.FileName)))
            {
                Console.Error.WriteLine($"--from: {from.FullName} has no {TrainingHistory.FileName}, so it is no model that this program has written.");
                return 1;
            }

            NativeTorch.Load();
            torch.set_num_threads(Math.Max(1, parsed.GetValue(threads)));
            new ModelMaker(parsed.GetRequiredValue(output).FullName, parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(start)?.FullName).Make();
            return 0;
        });
    }
}
