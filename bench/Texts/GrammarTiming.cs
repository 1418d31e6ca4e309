using System.Text.Json;
using Rill.Bench.Measure;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Bench.Texts;

/// <summary>What grammars of real schemas cost: to compile, and for each token of the valid instances a mask and a step.</summary>
internal sealed class GrammarTiming
{
    private readonly TokenVocabulary _vocabulary;
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly List<double> _compile = [];
    private readonly List<double> _compileAndMask = [];
    private readonly List<double> _masks = [];
    private readonly List<double> _steps = [];
    private ulong _fingerprint;

    /// <summary>Measures every schema of a file of JSON lines with the members schema and tests.</summary>
    /// <param name="tokenizer">The directory of the tokenizer.</param>
    /// <param name="schemas">The file.</param>
    /// <param name="warmUp">How many of the schemas are run through before, untimed.</param>
    public GrammarTiming(string tokenizer, string schemas, int warmUp)
    {
        _tokenizer = HuggingFaceTokenizer.Load(tokenizer);
        var start = ThreadTime.Now();
        _vocabulary = new TokenVocabulary(_tokenizer, [_tokenizer.FindToken("<|im_end|>") ?? 0]);
        VocabularyMilliseconds = (ThreadTime.Now() - start) / 1e3;
        var lines = File.ReadAllLines(schemas);
        foreach (var line in lines.Take(warmUp))
        {
            Measure(line);
        }

        (Compiled, Schemas, _fingerprint) = (0, lines.Length, 0);
        foreach (var list in new[] { _compile, _compileAndMask, _masks, _steps })
        {
            list.Clear();
        }

        GC.Collect();
        foreach (var line in lines)
        {
            Measure(line);
        }
    }

    /// <summary>Number of token ids.</summary>
    public int Tokens => _tokenizer.VocabularySize;

    /// <summary>To lay out the vocabulary, once for a model.</summary>
    public double VocabularyMilliseconds { get; }

    /// <summary>Number of schemas.</summary>
    public int Schemas { get; }

    /// <summary>Those of them that compile.</summary>
    public int Compiled { get; private set; }

    /// <summary>Milliseconds to compile a schema.</summary>
    public Summary Compile => new(_compile);

    /// <summary>Milliseconds until the first mask.</summary>
    public Summary CompileAndMask => new(_compileAndMask);

    /// <summary>Microseconds for a mask, those that are kept already included.</summary>
    public Summary Masks => new(_masks);

    /// <summary>The mean of the masks.</summary>
    public double MeanMask => _masks.Average();

    /// <summary>A number made of all masks, by which two versions of the engine are compared.</summary>
    public string Fingerprint => $"{_fingerprint:x16}";

    /// <summary>Microseconds to take a token in.</summary>
    public Summary Steps => new(_steps);

    private void Measure(string line)
    {
        using var document = JsonDocument.Parse(line);
        var mask = new uint[(Tokens + 31) / 32];
        CompiledGrammar grammar;
        var start = ThreadTime.Now();
        try
        {
            grammar = CompiledGrammar.OfSchema(document.RootElement.GetProperty("schema"), _vocabulary);
        }
        catch (SchemaException)
        {
            return;
        }

        _compile.Add((ThreadTime.Now() - start) / 1e3);
        new GrammarMatcher(grammar).FillMask(mask);
        _compileAndMask.Add((ThreadTime.Now() - start) / 1e3);
        Compiled++;
        foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray().Where(test => test.GetProperty("valid").GetBoolean()))
        {
            Follow(new GrammarMatcher(grammar), test.GetProperty("data").GetRawText(), mask);
        }
    }

    /// <summary>Goes along a text as far as the grammar allows.</summary>
    private void Follow(GrammarMatcher matcher, string text, uint[] mask)
    {
        foreach (var token in _tokenizer.EncodeToIds(text))
        {
            var start = ThreadTime.Now();
            matcher.FillMask(mask);
            var filled = ThreadTime.Now();
            var isAccepted = matcher.TryAccept(token);
            _masks.Add(filled - start);
            _steps.Add(ThreadTime.Now() - filled);
            foreach (var word in mask)
            {
                _fingerprint = (_fingerprint ^ word) * 1099511628211;    // FNV
            }

            if (!isAccepted)
            {
                return;
            }
        }
    }
}
