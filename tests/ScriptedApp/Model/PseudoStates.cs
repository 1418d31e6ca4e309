using Rill.Serving;

namespace Rill.ScriptedApp.Model;

/// <summary>The scripted model's hidden states: made of the token and its position alone, so that a test can make them again.</summary>
internal static class PseudoStates
{
    /// <summary>Values of a state.</summary>
    public const int Size = 8;

    /// <summary>The state of a token at a position, [Size], values in [-1, 1] with all bits of a float.</summary>
    public static float[] Of(int token, int position) =>
        [.. Enumerable.Range(0, Size).Select(index => MathF.Sin((token * 0.37f) + (position * 0.11f) + (index * 1.3f)))];

    /// <summary>What a step that pools gives: the last token's state, or the sum of all so far.</summary>
    public static float[] Pool(SequenceStep step)
    {
        var sequence = step.Sequence;
        if (sequence.Work == SequenceWork.EmbedLast)
        {
            return Of(sequence.Tokens[^1], sequence.Length - 1);
        }

        var sums = step.Start > 0 ? (float[])[.. sequence.Vector!] : new float[Size];
        for (var position = step.Start; position < step.Start + step.Count; position++)
        {
            var state = Of(sequence.Tokens[position], position);
            for (var index = 0; index < Size; index++)
            {
                sums[index] += state[index];
            }
        }

        return sums;
    }
}
