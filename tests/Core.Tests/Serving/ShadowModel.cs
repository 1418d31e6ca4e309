using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>What the shadow runner computes, as a formula over whole texts: what a plain run alone gives.</summary>
internal static class ShadowModel
{
    /// <summary>The token after these: the one that their hash names, or the next above it that the mask allows.</summary>
    public static int NextToken(IEnumerable<int> tokens, int vocabulary, Func<int, bool>? allows = null)
    {
        var hash = 17u;
        foreach (var token in tokens)
        {
            hash = (hash * 31) + (uint)token + 7;
        }

        var wanted = (int)((hash ^ (hash >> 15)) % (uint)vocabulary);
        return Enumerable.Range(0, vocabulary).Select(step => (wanted + step) % vocabulary).First(allows ?? (_ => true));
    }

    /// <summary>The completion of a prompt by length.</summary>
    public static List<int> Solo(IEnumerable<int> prompt, int completionTokens, int vocabulary)
        => Solo([.. prompt], new SamplingParameters { MaxTokens = completionTokens }, vocabulary, int.MaxValue, constraint: null);

    /// <summary>The completion of a prompt by everything that may end it.</summary>
    public static List<int> Solo(int[] prompt, SamplingParameters parameters, int vocabulary, int maxLength, ITokenConstraint? constraint)
    {
        var completion = new List<int>();
        while (true)
        {
            var token = NextToken([.. prompt, .. completion], vocabulary, MaskOf(constraint, vocabulary));
            completion.Add(token);
            var acceptance = constraint?.Accept(token);
            var stops = parameters.MayEndWith(completion.Count) && (parameters.EosTokenIds.Contains(token) || parameters.StopTokenIds.Contains(token));
            if (stops || acceptance == TokenAcceptance.Completed || completion.Count >= parameters.MaxTokens
                || prompt.Length + completion.Count >= maxLength)
            {
                return completion;
            }
        }
    }

    /// <summary>Which tokens a constraint allows; null for all.</summary>
    public static Func<int, bool>? MaskOf(ITokenConstraint? constraint, int vocabulary)
    {
        var mask = new uint[(vocabulary + 31) / 32];
        return constraint?.FillMask(mask) == true ? token => (mask[token / 32] >> (token % 32) & 1) != 0 : null;
    }

    /// <summary>What a token is worth behind others.</summary>
    public static TokenLogprobs Score(IReadOnlyList<int> tokens, int next) => new(-NextToken(tokens.Append(next), 1_000), [next], [0]);

    /// <summary>What the tokens of a prompt behind the first one are worth.</summary>
    public static IEnumerable<float> Scores(int[] prompt) => Enumerable.Range(1, prompt.Length - 1).Select(place => Score(prompt[..place], prompt[place]).Logprob);

    /// <summary>The hidden state after these tokens: a vector of two numbers.</summary>
    public static float[] HiddenState(IReadOnlyList<int> tokens) => [NextToken(tokens, 1_000), tokens.Count];

    /// <summary>The vector of a prompt.</summary>
    public static float[] Vector(int[] prompt, SequenceWork work)
    {
        var states = Enumerable.Range(1, prompt.Length).Select(length => HiddenState(prompt[..length])).ToList();
        return work == SequenceWork.EmbedLast
            ? states[^1]
            : [states.Sum(state => state[0]) / prompt.Length, states.Sum(state => state[1]) / prompt.Length];
    }
}
