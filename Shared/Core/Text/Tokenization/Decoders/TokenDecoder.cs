using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Unicode;
using Rill.Text.Tokenization.Bpe;
using Rill.Text.Tokenization.Files;

namespace Rill.Text.Tokenization.Decoders;

/// <summary>What each token stands for in a decoded text. Immutable and thread-safe.</summary>
internal sealed class TokenDecoder
{
    private readonly TokenTable _vocabulary;
    private readonly TokenTable _bytes;
    private readonly DecoderPlan _plan;
    private readonly FrozenSet<int> _byteTokens;

    /// <param name="source">The vocabulary, added tokens included.</param>
    /// <param name="plan">The decoder.</param>
    /// <exception cref="EncodingLimitException">The decoder makes more of the tokens than it may.</exception>
    public TokenDecoder(TokenizerSource source, DecoderPlan plan)
    {
        (_vocabulary, _plan) = (source.Tokens, plan);
        _byteTokens = FrozenSet<int>.Empty;
        if (source.SpellsBytes)
        {
            _bytes = source.Tokens;
            return;
        }

        _bytes = new();
        var byteTokens = new List<int>();
        var budget = NewBudget();
        for (var id = 0; id < _vocabulary.Count; id++)
        {
            if (!_vocabulary.Contains(id))
            {
                continue;
            }

            var (bytes, isByte) = Decode(id, isOpening: false, budget);
            _bytes.Add(id, bytes, findable: false);
            if (isByte)
            {
                byteTokens.Add(id);
            }
        }

        _byteTokens = byteTokens.ToFrozenSet();
    }

    /// <summary>One more than the largest id.</summary>
    public int Count => _bytes.Count;

    /// <summary>What is taken off the beginning of the whole text.</summary>
    public LeadingTrim Trim => _plan.Trim;

    /// <summary>True when tokens like &lt;0x0A&gt; stand for a byte.</summary>
    public bool HasByteTokens => _plan.HasByteTokens;

    /// <summary>True when a token has this id.</summary>
    public bool Contains(int id) => _vocabulary.Contains(id);

    /// <summary>A token's bytes; empty when there is none with this id.</summary>
    public ReadOnlySpan<byte> GetBytes(int id) => _bytes.GetBytes(id);

    /// <summary>A token's bytes when it is the first of a sequence.</summary>
    public ReadOnlySpan<byte> GetOpeningBytes(int id) =>
        _plan.KnowsOpening && _vocabulary.Contains(id) ? Decode(id, isOpening: true, NewBudget()).Bytes : GetBytes(id);

    /// <summary>How many bytes of the text that the model saw a token stands for.</summary>
    public int SpelledLength(int id) => _byteTokens.Contains(id) ? 1 : _vocabulary.GetBytes(id).Length;

    /// <summary>
    /// The text of a whole sequence. As in the reference, a run of byte tokens that is not valid UTF-8 becomes U+FFFD once a byte, whatever
    /// characters it may hold.
    /// </summary>
    public string Decode(IEnumerable<int> ids)
    {
        var text = new ArrayBufferWriter<byte>();
        var run = new ArrayBufferWriter<byte>();
        var isOpening = true;
        foreach (var id in ids)
        {
            if (!_vocabulary.Contains(id))
            {
                continue;
            }

            var bytes = isOpening ? GetOpeningBytes(id) : GetBytes(id);
            isOpening = false;
            if (_byteTokens.Contains(id))
            {
                run.Write(bytes);
                continue;
            }

            EndRun(run, text);
            text.Write(bytes);
        }

        EndRun(run, text);
        return TrimStart(Encoding.UTF8.GetString(text.WrittenSpan));
    }

    private static void EndRun(ArrayBufferWriter<byte> run, ArrayBufferWriter<byte> text)
    {
        if (Utf8.IsValid(run.WrittenSpan))
        {
            text.Write(run.WrittenSpan);
        }
        else
        {
            for (var index = 0; index < run.WrittenCount; index++)
            {
                text.Write("\uFFFD"u8);
            }
        }

        run.ResetWrittenCount();
    }

    private string TrimStart(string text)
    {
        var start = 0;
        while (start < Trim.Count && start < text.Length && text[start] == Trim.Character)
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>What decoding may cost, all tokens together.</summary>
    private EncodingBudget NewBudget() => new(_vocabulary.Length, CancellationToken.None);

    private (byte[] Bytes, bool IsByte) Decode(int id, bool isOpening, EncodingBudget budget)
    {
        var text = Encoding.UTF8.GetString(_vocabulary.GetBytes(id));
        foreach (var step in _plan.Steps)
        {
            text = step(text, isOpening, budget);
        }

        if (_plan.HasByteTokens && ByteToken.Read(text) is { } value)
        {
            return ([value], true);
        }

        var encoded = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[encoded.Length];
        return _plan.IsByteLevel && ByteAlphabet.TryDecode(encoded, bytes, out var length) ? (bytes[..length], false) : (encoded, false);
    }
}
