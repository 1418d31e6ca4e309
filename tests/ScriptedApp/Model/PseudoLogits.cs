using Rill.Serving;

namespace Rill.ScriptedApp.Model;

/// <summary>The scripted model's distribution: simple, but obeyed to the letter, so that biases, masks and logprobs can be checked.</summary>
internal static class PseudoLogits
{
    private const float Scripted = 10, Space = 1;

    /// <summary>The id with the greatest logit after constraint, bias and the mask of min tokens; the lowest of equals.</summary>
    public static int Choose(int scripted, Sequence sequence)
    {
        var parameters = sequence.Parameters;
        var masksEnd = !parameters.MayEndWith(sequence.CompletionLength + 1);
        Span<uint> allowed = stackalloc uint[(ScriptedModelRunner.VocabularySize + 31) / 32];
        var isConstrained = sequence.Constraint?.FillMask(allowed) ?? false;
        if (parameters.LogitBias.Count == 0 && !masksEnd && !isConstrained)
        {
            return scripted;
        }

        var (best, bestLogit) = (0, float.NegativeInfinity);
        for (var id = 0; id < ScriptedModelRunner.VocabularySize; id++)
        {
            var logit = Raw(id, scripted) + parameters.LogitBias.GetValueOrDefault(id);
            var masked = (masksEnd && (parameters.EosTokenIds.Contains(id) || parameters.StopTokenIds.Contains(id)))
                || (isConstrained && (allowed[id >> 5] >> id & 1) == 0);
            if (logit > bestLogit && !masked)
            {
                (best, bestLogit) = (id, logit);
            }
        }

        return best;
    }

    /// <summary>Log-softmax of the raw logits: of the chosen id, and of the most probable ones.</summary>
    public static TokenLogprobs Logprobs(int scripted, int chosen, int top)
    {
        var sum = 0.0;
        for (var id = 0; id < ScriptedModelRunner.VocabularySize; id++)
        {
            sum += Math.Exp(Raw(id, scripted));
        }

        var logSum = (float)Math.Log(sum);
        var ids = Enumerable.Range(0, ScriptedModelRunner.VocabularySize)
            .OrderByDescending(id => Raw(id, scripted)).Take(top).ToArray();    // a stable sort: lowest id first among equals
        return new TokenLogprobs(Raw(chosen, scripted) - logSum, ids, Array.ConvertAll(ids, id => Raw(id, scripted) - logSum));
    }

    /// <summary>What a step tells of a prompt: after each of its tokens the model expects the same once more.</summary>
    public static TokenLogprobs[] Score(SequenceStep step)
    {
        var tokens = step.Sequence.Tokens;
        var top = step.Sequence.Parameters.TopLogprobs ?? 0;
        var scored = new TokenLogprobs[step.Scored];
        for (var i = 0; i < scored.Length; i++)
        {
            var position = step.FirstScored + i;
            scored[i] = Logprobs(tokens[position], tokens[position + 1], top);
        }

        return scored;
    }

    private static float Raw(int id, int scripted) => id == scripted ? Scripted : id == ' ' ? Space : 0;
}
