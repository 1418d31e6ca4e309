using Rill.Bench.Engine;
using Rill.Bench.Models;

namespace Rill.Bench.Parity;

/// <summary>How two engines compare on one model.</summary>
/// <param name="Whole">
/// Sum of the squares of the logits' differences beside that of the peer's logits, the text computed as a prompt: at the greatest of its positions.
/// </param>
/// <param name="Single">The same, computed token by token.</param>
/// <param name="EqualTokens">How many tokens of a greedy continuation are the same up to the first that differs.</param>
internal sealed record ParityResult(double Whole, double Single, int EqualTokens)
{
    /// <summary>The most that engines differ by which compute the same in f32.</summary>
    public const double Limit = 1e-6;

    /// <summary>Positions of the text.</summary>
    public const int TextLength = 40;

    /// <summary>Tokens of the continuation.</summary>
    public const int AnswerLength = 16;

    /// <summary>The greater of the two.</summary>
    public double Most => Math.Max(Whole, Single);

    /// <summary>Writes a case's model, lets both engines compute, and compares.</summary>
    /// <param name="model">The case.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="engines">What computes.</param>
    /// <exception cref="InvalidOperationException">One of the two does not take the model; the message says which, and why.</exception>
    public static ParityResult Of(ParityCase model, string folder, KeptEngines engines)
    {
        var (facts, file) = (Path.Combine(folder, "facts.gguf"), Path.Combine(folder, "model.gguf"));
        var tensors = PeerTensors.Of(model, facts) ?? throw new InvalidOperationException("llama.cpp does not take these metadata");
        File.Delete(file);    // of the model before, which the engines have mapped
        ParityFile.Write(model, tensors, file);
        var peer = engines.With(new EngineSetup { IsPeer = true, Model = file, Format = WeightFormat.F32, FlashAttention = false });
        var rill = engines.With(new EngineSetup { IsPeer = false, Model = file, Format = WeightFormat.F32 });
        var text = new RandomTokens((int)model.Facts["vocab_size"], seed: 3).Take(TextLength);
        var answer = rill.Continue(text, AnswerLength).Zip(peer.Continue(text, AnswerLength));
        return new(
            Difference(rill.Logits(text, asPrompt: true), peer.Logits(text, asPrompt: true)),
            Difference(rill.Logits(text, asPrompt: false), peer.Logits(text, asPrompt: false)),
            answer.TakeWhile(pair => pair.First == pair.Second).Count());
    }

    /// <summary>True when the two agree, or differ by no more than a case is known to.</summary>
    public bool IsAsExpected(ParityCase model) =>
        Most <= (model.Deviation?.Most ?? Limit) && (EqualTokens == AnswerLength || model.Deviation is not null);

    /// <summary>The differences of all positions of a text, by the greatest; not a number where an engine gives none.</summary>
    /// <param name="own">Logits, one position's after the other's.</param>
    /// <param name="peer">The peer's.</param>
    private static double Difference(ReadOnlySpan<float> own, ReadOnlySpan<float> peer)
    {
        var (greatest, width) = (0.0, peer.Length / TextLength);
        for (var start = 0; start < peer.Length; start += width)
        {
            var (difference, size) = (0.0, 0.0);
            for (var i = start; i < start + width; i++)
            {
                difference += Math.Pow((double)own[i] - peer[i], 2);
                size += Math.Pow(peer[i], 2);
            }

            greatest = Math.Max(greatest, difference / size);
        }

        return greatest;
    }
}
