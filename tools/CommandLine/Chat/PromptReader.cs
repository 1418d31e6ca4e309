using System.Text;

namespace Rill.CommandLine.Chat;

/// <summary>Joins lines to what is said: a backslash at a line's end, or three quotes around several lines, make it longer than one.</summary>
internal static class PromptReader
{
    private const string Quotes = "\"\"\"";

    /// <summary>The next text; null at the end of the input.</summary>
    /// <param name="readLine">Reads a line; true for one that goes on with the text.</param>
    public static async Task<string?> ReadAsync(Func<bool, Task<string?>> readLine)
    {
        if (await readLine(false) is not { } line)
        {
            return null;
        }

        return line.StartsWith(Quotes, StringComparison.Ordinal) ? await QuotedAsync(line[Quotes.Length..], readLine) : await ContinuedAsync(line, readLine);
    }

    private static async Task<string> QuotedAsync(string line, Func<bool, Task<string?>> readLine)
    {
        var text = new StringBuilder();
        for (string? next = line; next is not null; next = await readLine(true))
        {
            if (next.EndsWith(Quotes, StringComparison.Ordinal))
            {
                return text.Append(next[..^Quotes.Length]).ToString().Trim('\n');
            }

            text.Append(next).Append('\n');
        }

        return text.ToString().Trim('\n');
    }

    private static async Task<string> ContinuedAsync(string line, Func<bool, Task<string?>> readLine)
    {
        var text = new StringBuilder();
        for (string? next = line; next is not null; next = await readLine(true))
        {
            if (!next.EndsWith('\\'))
            {
                return text.Append(next).ToString();
            }

            text.Append(next[..^1]).Append('\n');
        }

        return text.ToString();
    }
}
