using Rill.Bench.Engine;
using Rill.Bench.Models;

namespace Rill.Bench.Quality;

/// <summary>One engine's divergences in one format and one way of computing.</summary>
/// <param name="Own">From its own bf16, computed in the same way.</param>
/// <param name="Exact">From Rill's f32, whose reference serves both engines.</param>
internal sealed record EngineQuality(Divergence Own, Divergence Exact);

/// <summary>Both engines on one model's texts, every token computed as a prompt's and again as a completion's.</summary>
internal sealed class QualityRun
{
    private static readonly WeightFormat[] _formats = [WeightFormat.BF16, WeightFormat.Q8, WeightFormat.Q4];

    private readonly Dictionary<(bool IsPeer, WeightFormat Format, bool AsPrompt), EngineQuality> _results = [];

    /// <summary>Runs them.</summary>
    public QualityRun(QualityModel model)
    {
        using var exact = model.StartRill(WeightFormat.F32);
        using var engines = new EngineSet(model);
        foreach (var text in model.Texts)
        {
            var reference = new TokenDistributions(exact.Logits(text, asPrompt: false), model.Vocabulary);
            foreach (var asPrompt in new[] { true, false })
            {
                Add(engines, isPeer: false, text, asPrompt, reference, model.Vocabulary);
                Add(engines, isPeer: true, text, asPrompt, reference, model.Vocabulary);
            }
        }
    }

    /// <summary>What was measured.</summary>
    public EngineQuality Of(bool isPeer, WeightFormat format, bool asPrompt) => _results[(isPeer, format, asPrompt)];

    private void Add(EngineSet engines, bool isPeer, int[] text, bool asPrompt, TokenDistributions exact, int vocabulary)
    {
        TokenDistributions? own = null;
        foreach (var format in _formats)
        {
            var measured = new TokenDistributions(engines.Of(isPeer, format).Logits(text, asPrompt), vocabulary);
            own ??= measured;
            if (!_results.TryGetValue((isPeer, format, asPrompt), out var result))
            {
                _results[(isPeer, format, asPrompt)] = result = new(new(), new());
            }

            result.Own.Add(own, measured);
            result.Exact.Add(exact, measured);
        }
    }

    /// <summary>A process for each engine and format.</summary>
    private sealed class EngineSet : IDisposable
    {
        private readonly Dictionary<(bool IsPeer, WeightFormat Format), EngineProcess> _processes = [];

        public EngineSet(QualityModel model)
        {
            foreach (var format in _formats)
            {
                _processes[(true, format)] = model.StartPeer(format);
                _processes[(false, format)] = model.StartRill(format);
            }
        }

        public EngineProcess Of(bool isPeer, WeightFormat format) => _processes[(isPeer, format)];

        public void Dispose()
        {
            foreach (var process in _processes.Values)
            {
                process.Dispose();
            }
        }
    }
}
