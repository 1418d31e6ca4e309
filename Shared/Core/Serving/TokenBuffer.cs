namespace Rill.Serving;

/// <summary>A growing list of tokens, reused from read to read.</summary>
internal sealed class TokenBuffer
{
    private int[] _ids = new int[8];
    private TokenLogprobs[] _logprobs = [];

    public int Count { get; private set; }

    /// <summary>Adds tokens; either all tokens of a sequence have logprobs or none.</summary>
    public void Add(ReadOnlySpan<SampledToken> tokens)
    {
        if (Count + tokens.Length > _ids.Length)
        {
            Array.Resize(ref _ids, Math.Max(Count + tokens.Length, Count * 2));
        }

        foreach (var (token, logprobs) in tokens)
        {
            if (logprobs is not null)
            {
                if (_logprobs.Length < _ids.Length)
                {
                    Array.Resize(ref _logprobs, _ids.Length);
                }

                _logprobs[Count] = logprobs;
            }

            _ids[Count++] = token;
        }
    }

    public void Clear()
    {
        Count = 0;
        Array.Clear(_logprobs);    // the logprobs are garbage once read; the ids cost nothing
    }

    public TokenBatch ToBatch(SequenceFinish? finish)
        => new(_ids.AsMemory(0, Count), _logprobs.Length > 0 ? _logprobs.AsMemory(0, Count) : default, finish);
}
