using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>Leaves a prompt's last turn open (continue_final_message): drops what the template wrote after the last message's text.</summary>
internal static class OpenTurn
{
    /// <summary>
    /// The prompt up to the end of the last message's text. White space at that end stays where the template kept it; a template may trim
    /// the text.
    /// </summary>
    /// <exception cref="ChatTemplateException">There is no such text in the prompt.</exception>
    public static PromptText Cut(PromptText prompt, ChatTemplate template, IReadOnlyList<IReadOnlyDictionary<string, object?>> messages)
    {
        var content = messages.Count > 0 ? messages[^1].GetValueOrDefault("content") : null;
        var text = MessageNormalizer.TextOf(content) ?? (MessageNormalizer.TextsOf(content) is [.., var last] ? last : null);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new ChatTemplateException("continue_final_message needs a last message with text.");
        }

        var written = prompt.ToString();
        var start = LastIndexOf(text.Trim(), prompt, template.HoldsOnlyMarks(text.Trim()));
        if (start < 0)
        {
            throw new ChatTemplateException("continue_final_message cannot be used: the chat template changes the last message's text.");
        }

        var whole = text.TrimStart();
        var isKept = string.CompareOrdinal(written, start, whole, 0, whole.Length) == 0;
        return prompt.Take(start + (isKept ? whole : text.Trim()).Length);
    }

    /// <summary>
    /// Where the prompt last has such a part, some of it the request's own text unless it is all marks; what the template wrote may look the
    /// same.
    /// </summary>
    private static int LastIndexOf(string part, PromptText prompt, bool isAllMarks)
    {
        var written = prompt.ToString();
        var found = written.LastIndexOf(part, StringComparison.Ordinal);
        while (found >= 0 && !isAllMarks && !prompt.HasRequestText(found, found + part.Length))
        {
            found = found == 0 ? -1 : written.LastIndexOf(part, found + part.Length - 2, StringComparison.Ordinal);
        }

        return found;
    }
}
