using System.Text;
using Microsoft.ML.Tokenizers;

namespace Rill.Text.Tokenization.Decoders;

/// <summary>Finds out where in the text each token lies, by walking along both.</summary>
internal static class TokenOffsets
{
    /// <summary>At most <paramref name="limit"/> tokens with their offsets in the sections' joined text.</summary>
    public static List<EncodedToken> Align(List<int> ids, List<EncodedSection> sections, TokenDecoder decoder, int limit)
    {
        var tokens = new List<EncodedToken>(Math.Min(ids.Count, limit));
        var position = 0;
        for (var index = 0; index < sections.Count; index++)
        {
            var section = sections[index];
            var end = index + 1 < sections.Count ? sections[index + 1].FirstToken : ids.Count;
            var sectionIds = ids[section.FirstToken..end];
            if (section.IsAddedToken)
            {
                tokens.Add(new(sectionIds[0], Display(decoder, sectionIds[0]), position..(position + section.Text.Length)));
            }
            else
            {
                AlignSection(sectionIds, section.Text.Span, position, decoder, tokens);
            }

            position += section.Text.Length;
        }

        return tokens.Count > limit ? tokens[..limit] : tokens;
    }

    private static void AlignSection(List<int> ids, ReadOnlySpan<char> text, int at, TokenDecoder decoder, List<EncodedToken> tokens)
    {
        // Bytes of the text up to the character at `position`, and up to the current token's start.
        var (position, charactersBytes, tokenStart) = (0, 0, 0);
        foreach (var id in ids)
        {
            var tokenEnd = tokenStart + decoder.SpelledLength(id);
            while (position < text.Length && charactersBytes + BytesAt(text, position, out var skipped) <= tokenStart)
            {
                charactersBytes += BytesAt(text, position, out _);
                position += skipped;
            }

            var (end, endBytes) = (position, charactersBytes);
            while (end < text.Length && endBytes < tokenEnd)
            {
                endBytes += BytesAt(text, end, out var length);
                end += length;
            }

            tokens.Add(new(id, Display(decoder, id), (at + position)..(at + end)));
            tokenStart = tokenEnd;
        }
    }

    private static int BytesAt(ReadOnlySpan<char> text, int position, out int length)
    {
        Rune.DecodeFromUtf16(text[position..], out var rune, out length);
        return rune.Utf8SequenceLength;
    }

    private static string Display(TokenDecoder decoder, int id) => Encoding.UTF8.GetString(decoder.GetBytes(id));
}
