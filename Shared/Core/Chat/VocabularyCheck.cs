using System.Text;
using Rill.Chat.Input;
using Rill.Models;
using Rill.Text;

namespace Rill.Chat;

/// <summary>
/// Holds the ids that every request will meet, those that end a turn and those that the chat template writes, against the embedding's rows.
/// Other ids beyond it are the business of the request that spells them; rows without an id (padding) are common and harmless.
/// </summary>
public static class VocabularyCheck
{
    /// <summary>Checks a model's text side against its decoder.</summary>
    /// <exception cref="ModelFormatException">An id has no row; the message names it.</exception>
    public static void Check(DecoderSpec spec, ModelText text, IReadOnlyList<EndToken> ends)
    {
        var rows = spec.VocabularySize;
        if (ends.FirstOrDefault(end => end.Id >= rows) is { File: not null } strayEnd)
        {
            throw new ModelFormatException(
                $"{strayEnd.File} names the end token {strayEnd.Id}, but the embedding has only {rows} rows (vocab_size); the file belongs to another model.");
        }

        var renderer = new PromptRenderer(text.Template, text.Variables, text.NamedTemplates);
        if (PromptProbe.WriteAll(renderer).SelectMany(prompt => text.Tokenizer.Encode(prompt)).Cast<int?>().FirstOrDefault(id => id >= rows) is { } stray)
        {
            throw new ModelFormatException(
                $"The chat template writes {Encoding.UTF8.GetString(text.Tokenizer.GetBytes(stray))} ({stray}), but the embedding has only {rows} rows (vocab_size); the tokenizer or the template belong to another model.");
        }
    }
}
