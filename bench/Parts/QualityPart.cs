using System.Globalization;
using System.Text;
using Rill.Bench.Models;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Quality;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>What quantized weights cost in quality: Rill's q8 and q4 against llama.cpp's q8_0 and q4_0 of the same weights.</summary>
internal static class QualityPart
{
    private const double Unit = 1_000;    // nats are shown in thousandths

    /// <summary>Measures and returns the section of the results.</summary>
    public static string Run(BenchOptions options)
    {
        var package = LlamaPackage.Ensure();
        var scratch = Directory.CreateTempSubdirectory("rill-bench-");
        try
        {
            var gate = new Table(
                "model", "weights", "tokens of a", "Rill from its bf16", "llama.cpp from its bf16", "Rill from f32", "llama.cpp from f32", "ratios", "never worse");
            var detail = new Table("model", "weights", "tokens of a", "engine", "mean", "99th percentile", "greatest", "same token likeliest");
            QualityModel[] models = [QualityModel.Default(scratch.FullName, options.QualityTexts), .. options.QualityShapes.Select(QualityModel.Random)];
            foreach (var model in models)
            {
                Console.Error.WriteLine($"quality: {model.Name}");
                Add(gate, detail, model.Name, new QualityRun(model));
            }

            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"Kullback-Leibler divergence of the next-token distribution, thousandths of a nat, means over all positions of the texts: {string.Join("; ", models.Select(model => $"{model.Name}, {model.Texts.Count} texts with {model.Texts.Sum(text => text.Length)} tokens"))}. {package}.\n\n{gate}\n");
            text.Append("A row is met where Rill's mean is at most llama.cpp's both ways: each engine from its own bf16, and both from Rill's f32, the same reference for both. Tokens of a prompt are computed all at once, in Rill's bf16 through libtorch's products where the processor has AVX-512; tokens of a completion by the kernels, in llama.cpp one by one. llama.cpp's q4 file keeps the embedding, which is the head, in q8_0, and so does Rill. KV caches as each engine has them by default: bf16 in Rill, f16 in llama.cpp; its flash attention, less exact, is off.\n\n");
            return text.Append("### From each engine's own bf16; bf16 itself from Rill's f32\n\n").Append(detail).ToString();
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static void Add(Table gate, Table detail, string model, QualityRun run)
    {
        foreach (var format in new[] { WeightFormat.BF16, WeightFormat.Q8, WeightFormat.Q4 })
        {
            foreach (var asPrompt in new[] { true, false })
            {
                var kind = asPrompt ? "prompt" : "completion";
                var (own, peer) = (run.Of(isPeer: false, format, asPrompt), run.Of(isPeer: true, format, asPrompt));
                if (format != WeightFormat.BF16)
                {
                    var (ratio, exactRatio) = (own.Own.Mean / peer.Own.Mean, own.Exact.Mean / peer.Exact.Mean);
                    gate.Add(
                        model, format.Name(), kind, Nats(own.Own.Mean), Nats(peer.Own.Mean), Nats(own.Exact.Mean), Nats(peer.Exact.Mean),
                        $"{Table.Number(ratio)}, {Table.Number(exactRatio)}", ratio <= 1 && exactRatio <= 1 ? "met" : "missed");
                }

                foreach (var (engine, quality) in new[] { ("Rill", own), ("llama.cpp", peer) })
                {
                    var shown = format == WeightFormat.BF16 ? quality.Exact : quality.Own;
                    detail.Add(
                        model, format.Name(), kind, engine, Nats(shown.Mean), Nats(shown.Nats.Percentile(99)), Nats(shown.Nats.Max),
                        string.Create(CultureInfo.InvariantCulture, $"{shown.EqualTop:P2}"));
                }
            }
        }
    }

    private static string Nats(double value) => (value * Unit).ToString(value * Unit >= 100 ? "F0" : "G3", CultureInfo.InvariantCulture);
}
