using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Models;
using Rill.Bench.Parity;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>Rill's logits and greedy tokens beside llama.cpp's, for every architecture of GGUF files that both know.</summary>
internal static class ParityPart
{
    /// <summary>The section's title.</summary>
    public const string Title = "Parity with llama.cpp";

    private const double Limit = 1e-6;

    /// <summary>Compares all cases and returns the section; the cases that fail are named in the table and on the screen.</summary>
    /// <param name="only">Compares only architectures of this name; null for all.</param>
    public static string Run(string? only)
    {
        var package = LlamaPackage.Ensure();
        var table = new Table("architecture", "as a prompt", "token by token", $"equal of {ParityResult.AnswerLength} tokens", "");
        var folder = Directory.CreateTempSubdirectory("rill-parity-");
        try
        {
            foreach (var model in ParityCases.All.Where(model => only is null || model.Architecture == only))
            {
                Console.Error.WriteLine($"parity: {model.Name}");
                table.Add(Row(model, folder.FullName));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return $"Random weights in f32 of small models, one GGUF file each that both read; {package}. The mean square of the logits' differences beside that of llama.cpp's logits, at the worst of {ParityResult.TextLength} positions (at most {Limit.ToString("0e0", CultureInfo.InvariantCulture)}, where no reason is named); then a greedy continuation.\n\n{table}";
    }

    private static string[] Row(ParityCase model, string folder)
    {
        try
        {
            var result = Compare(model, folder);
            var isEqual = result.Most <= (model.Deviation?.Most ?? Limit) && (result.EqualTokens == ParityResult.AnswerLength || model.Deviation is not null);
            return
            [
                model.Name, Scientific(result.Whole), Scientific(result.Single), result.EqualTokens.ToString(CultureInfo.InvariantCulture),
                isEqual ? model.Deviation is { } known && result.Most > Limit ? known.Why : "equal" : "DIFFERENT",
            ];
        }
        catch (InvalidOperationException failure)
        {
            return [model.Name, "", "", "", failure.Message];
        }
    }

    private static ParityResult Compare(ParityCase model, string folder)
    {
        var (facts, file) = (Path.Combine(folder, "facts.gguf"), Path.Combine(folder, "model.gguf"));
        ParityFile.WriteFacts(model, facts);
        var tensors = PeerTensors.Of(facts) ?? throw new InvalidOperationException("llama.cpp does not take these metadata");
        ParityFile.Write(model, tensors, file);
        using var peer = new EngineProcess(new EngineSetup { IsPeer = true, Model = file, Format = WeightFormat.F32, FlashAttention = false });
        using var rill = new EngineProcess(new EngineSetup { IsPeer = false, Model = file, Format = WeightFormat.F32 });
        var text = new RandomTokens((int)model.Facts["vocab_size"], seed: 3).Take(ParityResult.TextLength);
        var answer = rill.Continue(text, ParityResult.AnswerLength).Zip(peer.Continue(text, ParityResult.AnswerLength));
        return new(
            ParityResult.Difference(rill.Logits(text, asPrompt: true), peer.Logits(text, asPrompt: true)),
            ParityResult.Difference(rill.Logits(text, asPrompt: false), peer.Logits(text, asPrompt: false)),
            answer.TakeWhile(pair => pair.First == pair.Second).Count());
    }

    private static string Scientific(double value) => value.ToString("0.0e0", CultureInfo.InvariantCulture);
}
