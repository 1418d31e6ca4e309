using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>Finds runs of word characters, and runs of what is neither word character nor white space.</summary>
internal static class WordFinder
{
    /// <summary>A <see cref="MatchFinder"/>.</summary>
    public static bool Find(ReadOnlySpan<char> text, int from, EncodingBudget budget, out int start, out int end)
    {
        for (start = from; start < text.Length; start++)
        {
            if (!CodePoint.IsWhiteSpace(text[start]))
            {
                end = EndOfRun(text, start);
                budget.Spend(end - from);
                return true;
            }
        }

        end = start;
        return false;
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int start)
    {
        var isWord = CodePoint.IsWord(CodePoint.Read(text, start, out var length));
        var end = start + length;
        while (end < text.Length)
        {
            var codePoint = CodePoint.Read(text, end, out length);
            if (CodePoint.IsWhiteSpace(codePoint) || CodePoint.IsWord(codePoint) != isWord)
            {
                break;
            }

            end += length;
        }

        return end;
    }
}
