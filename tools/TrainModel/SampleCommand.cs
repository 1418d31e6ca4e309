using System.CommandLine;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Export;
using TorchSharp;

namespace Rill.TrainModel;

/// <summary>"sample": asks a trained model something, without Rill's engine.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var prompts = new Argument<string[]>("prompt") { Description = "What the user says; several prompts make several turns.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<DirectoryInfo>("--model") { Description = "Directory of the model.", DefaultValueFactory = _ => new("models/rill-mini") };
        var system = new Option<string?>("--system") { Description = "The system prompt." };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token each time.", DefaultValueFactory = _ => 0.7 };
        var seed = new Option<int>("--seed") { Description = "Seed of the drawing.", DefaultValueFactory = _ => 1 };
        var command = new Command("sample", "Asks a trained model something.") { prompts, model, system, temperature, seed };
        command.SetAction(parsed =>
        {
            NativeTorch.Load();
            torch.set_num_threads(1);
            var (mini, tokenizer) = ModelDirectory.Read(parsed.GetRequiredValue(model).FullName);
            torch.manual_seed(parsed.GetValue(seed));
            Talk(new Sampler(mini, tokenizer), parsed.GetValue(system), parsed.GetRequiredValue(prompts), parsed.GetValue(temperature));
        });
        return command;
    }

    private static void Talk(Sampler sampler, string? system, IEnumerable<string> prompts, double temperature)
    {
        var turns = new List<Turn>();
        if (system is not null)
        {
            turns.Add(Turn.System(system));
        }

        foreach (var prompt in prompts)
        {
            turns.Add(Turn.User(prompt));
            turns.Add(Turn.Assistant(sampler.Answer(new Conversation(turns), temperature)));
            Console.WriteLine($"> {prompt}\n{turns[^1].Text}\n");
        }
    }
}
