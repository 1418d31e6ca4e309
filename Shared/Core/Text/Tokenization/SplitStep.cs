namespace Rill.Text.Tokenization;

/// <summary>What becomes of the matches that split a text.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Splits each piece at the matches of a pattern; inverted, what lies between the matches counts as match.</summary>
internal sealed class SplitStep(MatchFinder find, SplitBehavior behavior, bool isInverted = false) : PreTokenizerStep
{
    public override void Apply(PreTokenizedText text)
    {
        var result = new List<Piece>(text.Pieces.Count * 2);
        var parts = new List<Part>();
        foreach (var piece in text.Pieces)
        {
            parts.Clear();
            FindParts(text.Text.Span[piece.Start..piece.End], piece.Start, parts);
            Join(parts, result);
        }

        text.Pieces = result;
    }

    private void FindParts(ReadOnlySpan<char> text, int at, List<Part> parts)
    {
        var position = 0;
        while (find(text, position, out var start, out var end))
        {
            if (start > position)
            {
                parts.Add(new(at + position, at + start, isInverted));
            }

            parts.Add(new(at + start, at + end, !isInverted));
            position = end;
        }

        if (position < text.Length)
        {
            parts.Add(new(at + position, at + text.Length, isInverted));
        }
    }

    private void Join(List<Part> parts, List<Piece> pieces)
    {
        switch (behavior)
        {
            case SplitBehavior.Isolated:
                pieces.AddRange(parts.Select(part => new Piece(part.Start, part.End)));
                break;
            case SplitBehavior.Removed:
                pieces.AddRange(parts.Where(part => !part.IsMatch).Select(part => new Piece(part.Start, part.End)));
                break;
            case SplitBehavior.Contiguous:
                JoinWhere(parts, pieces, static (part, previous) => part.IsMatch == previous.IsMatch);
                break;
            case SplitBehavior.MergedWithPrevious:
                JoinWhere(parts, pieces, static (part, previous) => part.IsMatch && !previous.IsMatch);
                break;
            case SplitBehavior.MergedWithNext:
                JoinWithNext(parts, pieces);
                break;
        }
    }

    private static void JoinWhere(List<Part> parts, List<Piece> pieces, Func<Part, Part, bool> joins)
    {
        for (var index = 0; index < parts.Count; index++)
        {
            var part = parts[index];
            if (index > 0 && joins(part, parts[index - 1]))
            {
                pieces[^1] = pieces[^1] with { End = part.End };
            }
            else
            {
                pieces.Add(new(part.Start, part.End));
            }
        }
    }

    private static void JoinWithNext(List<Part> parts, List<Piece> pieces)
    {
        for (var index = 0; index < parts.Count; index++)
        {
            var part = parts[index];
            if (part.IsMatch && index + 1 < parts.Count && !parts[index + 1].IsMatch)
            {
                pieces.Add(new(part.Start, parts[++index].End));
            }
            else
            {
                pieces.Add(new(part.Start, part.End));
            }
        }
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);
}
