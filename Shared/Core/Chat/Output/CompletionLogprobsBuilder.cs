using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>Writes one choice's logprobs in the older form, whose offsets go on from delta to delta.</summary>
internal sealed class CompletionLogprobsBuilder
{
    private int _characters;    // code points that the tokens so far have begun

    /// <summary>The entries of an echoed prompt, before all others.</summary>
    /// <param name="text">The prompt as it is echoed.</param>
    /// <param name="entries">Of its tokens; the first one's numbers mean nothing.</param>
    public CompletionLogprobs Echo(string text, IReadOnlyList<TokenLogprob> entries)
    {
        var offsets = new EchoOffsets(text);
        var echo = new CompletionLogprobs(
            [.. entries.Select(offsets.Next)],
            [.. entries.Select((entry, index) => index == 0 ? default(float?) : entry.Logprob)],
            [.. entries.Select(entry => Name(entry.Token, entry.Bytes))],
            [.. entries.Select((entry, index) => index == 0 ? null : Alternatives(entry))]);
        _characters = offsets.Length;
        return echo;
    }

    /// <summary>The entries of the next tokens.</summary>
    public CompletionLogprobs Add(IReadOnlyList<TokenLogprob> entries) => new(
        [.. entries.Select(Advance)],
        [.. entries.Select(entry => entry.Logprob)],
        [.. entries.Select(entry => Name(entry.Token, entry.Bytes))],
        [.. entries.Select(Alternatives)]);

    /// <summary>Where the token begins: one that goes on with a character begins where that one does.</summary>
    private int Advance(TokenLogprob entry)
    {
        if (!entry.HasText || entry.Bytes is not [var first, ..])
        {
            return _characters;
        }

        var offset = EchoOffsets.GoesOn(first) ? Math.Max(0, _characters - 1) : _characters;
        _characters += entry.Bytes.Count(value => !EchoOffsets.GoesOn(value));
        return offset;
    }

    /// <summary>The best tokens, and the chosen one where it is none of them. Of two that look alike the better one stays.</summary>
    private static Dictionary<string, float> Alternatives(TokenLogprob entry)
    {
        var byName = new Dictionary<string, float>();
        foreach (var top in entry.TopLogprobs)
        {
            byName.TryAdd(Name(top.Token, top.Bytes), top.Logprob);
        }

        byName.TryAdd(Name(entry.Token, entry.Bytes), entry.Logprob);
        return byName;
    }

    /// <summary>A token that is no whole characters is named by its bytes: the form has no other place for them.</summary>
    private static string Name(string token, IReadOnlyList<int>? bytes)
    {
        if (bytes is null || Utf8.IsValid([.. bytes.Select(value => (byte)value)]))
        {
            return token;
        }

        var name = new StringBuilder("bytes:");
        foreach (var value in bytes)
        {
            name.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return name.ToString();
    }
}
