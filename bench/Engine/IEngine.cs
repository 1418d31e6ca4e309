namespace Rill.Bench.Engine;

/// <summary>A model that computes, as the benchmark sees it: Rill's engine or llama.cpp.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>Version and choices that a table's reader must know.</summary>
    string Description { get; }

    /// <summary>Prompts of <paramref name="context"/> random tokens, then <paramref name="steps"/> steps of one token for each sequence.</summary>
    /// <returns>Seconds that the steps took, all together; the prompts are not timed.</returns>
    double Decode(int sequences, int context, int steps);

    /// <summary>Computes a prompt of random tokens, up to its first token.</summary>
    /// <returns>Seconds.</returns>
    double Prefill(int tokens);

    /// <summary>The likeliest token after the prompt, the likeliest after that, and so on.</summary>
    int[] Continue(IReadOnlyList<int> prompt, int count);

    /// <summary>The logits after each token of a text, one token's after the other's.</summary>
    /// <param name="text">Its tokens.</param>
    /// <param name="asPrompt">True to compute them all at once, as a prompt; false as tokens of a completion.</param>
    float[] Logits(IReadOnlyList<int> text, bool asPrompt);
}
