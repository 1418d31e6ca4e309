using static Rill.Bench.Peer.LlamaCpp.LlamaNative;

namespace Rill.Bench.Peer.LlamaCpp;

/// <summary>A context of llama.cpp with room for so many sequences, each with its own stretch of the KV cache.</summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    /// <summary>Tokens of one step at most, and of one pass over the weights.</summary>
    private const int BatchSize = 2048;

    private readonly nint _context;
    private readonly nint _threads;
    private LlamaBatch _batch;

    /// <summary>Makes a context.</summary>
    /// <param name="model">The model's handle.</param>
    /// <param name="sequences">Sequences at once.</param>
    /// <param name="length">Most tokens of each.</param>
    /// <param name="options">How it computes.</param>
    /// <param name="outputs">Tokens of a step and sequence whose logits are wanted, at most.</param>
    public LlamaContext(nint model, int sequences, int length, LlamaOptions options, int outputs = 1)
    {
        var parameters = llama_context_default_params();
        parameters.Context = (uint)(sequences * length);
        parameters.MaxSequences = (uint)sequences;
        parameters.MaxOutputs = (uint)(sequences * outputs);
        parameters.MaxOutputsPerSequence = (uint)outputs;
        parameters.Threads = parameters.BatchThreads = options.Threads;
        parameters.FlashAttention = options.FlashAttention ? 1 : 0;
        parameters.KeyType = parameters.ValueType = options.FullPrecisionCache ? Float32 : Float16;
        _context = llama_init_from_model(model, parameters);
        if (_context == 0)
        {
            throw new InvalidOperationException("llama.cpp could not make a context.");
        }

        _threads = NewThreadPool(options.Threads);
        llama_attach_threadpool(_context, _threads, 0);
        _batch = llama_batch_init(BatchSize, 0, 1);
    }

    /// <summary>Begins the next step.</summary>
    public void Begin() => _batch.TokenCount = 0;

    /// <summary>Adds a token to the step.</summary>
    public void Add(int token, int position, int sequence, bool hasOutput) => _batch.Add(token, position, sequence, hasOutput);

    /// <summary>Computes the step and waits for it.</summary>
    public void Run()
    {
        var result = llama_decode(_context, _batch);
        if (result != 0)
        {
            throw new InvalidOperationException($"llama_decode failed with {result}.");
        }

        llama_synchronize(_context);
    }

    /// <summary>Forgets all tokens.</summary>
    public void Clear() => llama_memory_clear(llama_get_memory(_context), data: false);

    /// <summary>The likeliest token after the step's token number <paramref name="index"/>, which must have an output.</summary>
    public int Likeliest(int index, int vocabulary)
    {
        var logits = Logits(index, vocabulary);
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    /// <summary>How far the logit of a token lies below the greatest.</summary>
    public float Lag(int index, int token, int vocabulary)
    {
        var logits = Logits(index, vocabulary);
        return logits[Likeliest(index, vocabulary)] - logits[token];
    }

    /// <summary>The logits after the step's token number <paramref name="index"/>, which must have an output; valid until the next step.</summary>
    public ReadOnlySpan<float> Logits(int index, int vocabulary) => new(llama_get_logits_ith(_context, index), vocabulary);

    /// <inheritdoc/>
    public void Dispose()
    {
        llama_batch_free(_batch);
        llama_free(_context);
        FreeThreadPool(_threads);
    }
}
