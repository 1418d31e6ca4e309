using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.PreTokenizers;

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
internal sealed class SplitPreTokenizer(MatchFinder find, SplitBehavior behavior, bool isInverted = false) : PreTokenizer
{
    // A guess, so that most lists need not grow.
    private const int UnitsInAPiece = 4;

    public override void Apply(PreTokenizedText text)
    {
        var result = new List<Piece>(Math.Max(text.Pieces.Count, text.Text.Length / UnitsInAPiece));
        if (behavior == SplitBehavior.Isolated)
        {
            Cut(text, result);
        }
        else
        {
            CutAndJoin(text, result);
        }

        text.Pieces = result;
    }

    /// <summary>Matches and what lies between them become pieces alike.</summary>
    private void Cut(PreTokenizedText text, List<Piece> pieces)
    {
        foreach (var piece in text.Pieces)
        {
            var span = text.Text.Span[piece.Start..piece.End];
            var position = 0;
            var matches = new MatchWalker(find, span, text.Budget);
            while (matches.Next(out var start, out var end))
            {
                if (start > position)
                {
                    pieces.Add(new(piece.Start + position, piece.Start + start));
                }

                if (end > start)
                {
                    pieces.Add(new(piece.Start + start, piece.Start + end));
                }

                position = end;
            }

            if (position < span.Length)
            {
                pieces.Add(new(piece.Start + position, piece.End));
            }
        }
    }

    private void CutAndJoin(PreTokenizedText text, List<Piece> pieces)
    {
        var parts = new List<Part>();
        foreach (var piece in text.Pieces)
        {
            parts.Clear();
            FindParts(text.Text.Span[piece.Start..piece.End], piece.Start, parts, text.Budget);
            Join(parts, pieces);
        }

        // An empty match parts its neighbours, but is no piece itself.
        pieces.RemoveAll(piece => piece.Start == piece.End);
    }

    private void FindParts(ReadOnlySpan<char> text, int at, List<Part> parts, EncodingBudget budget)
    {
        var position = 0;
        var matches = new MatchWalker(find, text, budget);
        while (matches.Next(out var start, out var end))
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
