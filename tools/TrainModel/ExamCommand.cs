using System.CommandLine;
using System.Globalization;
using Rill.Torch.Native;
using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Export;
using TorchSharp;

namespace Rill.TrainModel;

/// <summary>"exam": measures a trained model on held-out questions, as the card does.</summary>
internal static class ExamCommand
{
    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "Directory of the model.", DefaultValueFactory = _ => new("models/rill-mini") };
        var seed = new Option<int>("--seed") { Description = "Seed of the questions.", DefaultValueFactory = _ => 777 };
        var command = new Command("exam", "Measures a trained model on held-out questions.") { model, seed };
        command.SetAction(parsed =>
        {
            NativeTorch.Load();
            torch.set_num_threads(1);
            var (mini, tokenizer) = ModelDirectory.Read(parsed.GetRequiredValue(model).FullName);
            var exam = new Exam(mini, tokenizer, parsed.GetValue(seed));
            foreach (var mark in exam.Sit().Append(exam.ThinkWhenAsked(24)))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100.0 * mark.Right / mark.Asked,5:F1} % of {mark.Asked,4}  {mark.Question}"));
            }
        });
        return command;
    }
}
