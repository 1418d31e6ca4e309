namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>A stretch [Start, End) of a text.</summary>
internal readonly record struct Piece(int Start, int End);
