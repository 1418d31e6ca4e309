using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Parity;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>Rill's logits and greedy tokens beside llama.cpp's, for every architecture of GGUF files that both know.</summary>
internal static class ParityPart
{
    /// <summary>The section's title.</summary>
    public const string Title = "Parity with llama.cpp";

    /// <summary>Compares all cases and returns the section; the cases that fail are named in the table and on the screen.</summary>
    /// <param name="only">Compares only architectures of this name; null for all.</param>
    public static string Run(string? only)
    {
        var package = LlamaPackage.Ensure();
        var table = new Table("architecture", "as a prompt", "token by token", $"equal of {ParityResult.AnswerLength} tokens", "");
        using var engines = new KeptEngines();
        var folder = Directory.CreateTempSubdirectory("rill-parity-");
        try
        {
            foreach (var model in ParityCases.All.Where(model => only is null || model.Architecture == only))
            {
                Console.Error.WriteLine($"parity: {model.Name}");
                table.Add(Row(model, folder.FullName, engines));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return $"Random weights in f32 of small models, one GGUF file each that both read; {package}. The mean square of the logits' differences beside that of llama.cpp's logits, at the worst of {ParityResult.TextLength} positions (at most {ParityResult.Limit.ToString("0e0", CultureInfo.InvariantCulture)}, where no reason is named); then a greedy continuation.\n\n{table}";
    }

    private static string[] Row(ParityCase model, string folder, KeptEngines engines)
    {
        try
        {
            var result = ParityResult.Of(model, folder, engines);
            return
            [
                model.Name, Scientific(result.Whole), Scientific(result.Single), result.EqualTokens.ToString(CultureInfo.InvariantCulture),
                !result.IsAsExpected(model) ? "DIFFERENT" : result.Most > ParityResult.Limit ? model.Deviation!.Value.Why : "equal",
            ];
        }
        catch (InvalidOperationException failure)
        {
            return [model.Name, "", "", "", failure.Message];
        }
    }

    private static string Scientific(double value) => value.ToString("0.0e0", CultureInfo.InvariantCulture);
}
