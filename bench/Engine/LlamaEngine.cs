using System.Diagnostics;
using Rill.Bench.Peer.LlamaCpp;
using static Rill.Bench.Peer.LlamaCpp.LlamaNative;

namespace Rill.Bench.Engine;

/// <summary>
/// llama.cpp through its C API. Steps are fed random tokens and nothing is sampled from their logits, as in llama-bench; contexts are made
/// for each measurement, just as large as it needs, and have computed a step before anything is timed.
/// </summary>
internal sealed class LlamaEngine : IEngine
{
    private const int LengthUnit = 256;    // llama.cpp pads contexts to this

    private readonly nint _model;
    private readonly int _vocabulary;
    private readonly LlamaOptions _options;
    private readonly RandomTokens _tokens;

    /// <summary>Loads a GGUF file with the libraries of a folder.</summary>
    public LlamaEngine(string libraries, string file, LlamaOptions options)
    {
        LlamaNative.Load(libraries);
        _options = options;
        _model = llama_model_load_from_file(file, llama_model_default_params());
        if (_model == 0)
        {
            throw new InvalidOperationException($"llama.cpp could not load {file}.");
        }

        _vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(_model));
        _tokens = new RandomTokens(_vocabulary, seed: 2);
    }

    /// <inheritdoc/>
    public string Description =>
        $"llama.cpp {LlamaNative.Version}, ggml for {Processor()}, flash attention {(_options.FlashAttention ? "on" : "off")}, KV cache in {(_options.FullPrecisionCache ? "f32" : "f16")}";

    /// <inheritdoc/>
    public double Decode(int sequences, int context, int steps)
    {
        using var llama = new LlamaContext(_model, sequences, Length(context + steps + 1), _options);
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            llama.Begin();
            Add(llama, _tokens.Take(context), 0, sequence);
            llama.Run();
        }

        Step(llama, sequences, context);
        var start = Stopwatch.GetTimestamp();
        for (var step = 1; step <= steps; step++)
        {
            Step(llama, sequences, context + step);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public double Prefill(int tokens)
    {
        using var llama = new LlamaContext(_model, 1, Length(tokens), _options);
        llama.Begin();
        Add(llama, _tokens.Take(1), 0, 0);
        llama.Run();
        llama.Clear();
        llama.Begin();
        Add(llama, _tokens.Take(tokens), 0, 0);
        var start = Stopwatch.GetTimestamp();
        llama.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public int[] Continue(IReadOnlyList<int> prompt, int count)
    {
        using var llama = new LlamaContext(_model, 1, Length(prompt.Count + count), _options);
        var result = new int[count];
        llama.Begin();
        Add(llama, prompt, 0, 0);
        llama.Run();
        result[0] = llama.Likeliest(prompt.Count - 1, _vocabulary);
        for (var i = 1; i < count; i++)
        {
            llama.Begin();
            llama.Add(result[i - 1], prompt.Count + i - 1, 0, hasOutput: true);
            llama.Run();
            result[i] = llama.Likeliest(0, _vocabulary);
        }

        return result;
    }

    /// <summary>
    /// For each of a text's last tokens, how far its logit lies below that of the token that is likeliest there; 0 where it is the likeliest.
    /// </summary>
    public float[] Lags(IReadOnlyList<int> text, int last)
    {
        using var llama = new LlamaContext(_model, 1, Length(text.Count), _options, outputs: last);
        llama.Begin();
        for (var i = 0; i < text.Count - 1; i++)
        {
            llama.Add(text[i], i, 0, hasOutput: i >= text.Count - 1 - last);
        }

        llama.Run();
        return [.. Enumerable.Range(text.Count - 1 - last, last).Select(index => llama.Lag(index, text[index + 1], _vocabulary))];
    }

    /// <inheritdoc/>
    public float[] Logits(IReadOnlyList<int> text, bool asPrompt)
    {
        using var llama = new LlamaContext(_model, 1, Length(text.Count), _options, outputs: asPrompt ? text.Count : 1);
        var logits = new float[text.Count * _vocabulary];
        for (var from = 0; from < text.Count; from += asPrompt ? text.Count : 1)
        {
            llama.Begin();
            var count = asPrompt ? text.Count : 1;
            for (var i = 0; i < count; i++)
            {
                llama.Add(text[from + i], from + i, 0, hasOutput: true);
            }

            llama.Run();
            for (var i = 0; i < count; i++)
            {
                llama.Logits(i, _vocabulary).CopyTo(logits.AsSpan((from + i) * _vocabulary));
            }
        }

        return logits;
    }

    /// <inheritdoc/>
    public void Dispose() => llama_model_free(_model);

    private static int Length(int tokens) => (tokens + LengthUnit - 1) / LengthUnit * LengthUnit;

    private static void Add(LlamaContext llama, IReadOnlyList<int> tokens, int position, int sequence)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            llama.Add(tokens[i], position + i, sequence, hasOutput: i == tokens.Count - 1);
        }
    }

    private void Step(LlamaContext llama, int sequences, int position)
    {
        llama.Begin();
        foreach (var (sequence, token) in _tokens.Take(sequences).Index())
        {
            llama.Add(token, position, sequence, hasOutput: true);
        }

        llama.Run();
    }
}
