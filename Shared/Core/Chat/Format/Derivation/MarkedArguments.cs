namespace Rill.Chat.Format.Derivation;

/// <summary>Arguments that are no JSON: each between marks, like JSON with other delimiters, or Python's.</summary>
/// <param name="Encoding">How they are written.</param>
/// <param name="Start">Where they begin.</param>
/// <param name="End">Where they end.</param>
internal sealed record MarkedArguments(ArgumentEncoding Encoding, int Start, int End)
{
    /// <summary>Finds a call's arguments behind its name; null where they are not to be made out.</summary>
    public static MarkedArguments? Find(string text, NeedleCall call, int from)
    {
        var places = new int[4];
        string[] needles = [call.TextKey, call.TextValue, call.NumberKey, call.Digits];
        for (var index = 0; index < needles.Length; index++)
        {
            places[index] = text.IndexOf(needles[index], index == 0 ? from : places[index - 1] + needles[index - 1].Length, StringComparison.Ordinal);
            if (places[index] < 0)
            {
                return null;
            }
        }

        var glues = needles.Select((needle, index) => text[(index == 0 ? from : places[index - 1] + needles[index - 1].Length)..places[index]]).ToArray();
        var end = places[3] + call.Digits.Length;
        return Python(glues, from, end) ?? Lax(text, glues, from, end) ?? Tagged(text, glues, from, end);
    }

    private static MarkedArguments? Python(string[] glues, int from, int end) =>
        glues[0].Trim() == "(" && glues[3].Trim() == "=" ? new(new(ArgumentKind.Python), from + glues[0].Length, end) : null;

    private static MarkedArguments? Lax(string text, string[] glues, int from, int end)
    {
        var delimiter = glues[1].StartsWith(glues[3], StringComparison.Ordinal) ? glues[1][glues[3].Length..] : "";
        var open = glues[0].IndexOf('{', StringComparison.Ordinal);
        return delimiter.Length > 0 && glues[2].StartsWith(delimiter, StringComparison.Ordinal) && open >= 0 && text.IndexOf('}', end) is var close and >= 0
            ? new(new(ArgumentKind.Lax) { KeyClose = glues[3].Trim(), StringDelimiter = delimiter }, from + open, close + 1)
            : null;
    }

    private static MarkedArguments? Tagged(string text, string[] glues, int from, int end)
    {
        var valueClose = Atoms.CommonStart(glues[2], text[end..]).TrimEnd();
        var keyOpen = Atoms.CommonEnd(glues[0], glues[2][valueClose.Length..]);
        return valueClose.Trim().Length == 0 || keyOpen.Trim().Length == 0 || glues[1].Trim().Length == 0 ? null : new(
            new(ArgumentKind.Tagged)
            {
                KeyOpen = keyOpen.Trim(),
                KeyClose = glues[1],
                KeyCloseOther = glues[3],
                ValueClose = valueClose,
            },
            from + glues[0].Length - keyOpen.Length,
            end + valueClose.Length);
    }
}
