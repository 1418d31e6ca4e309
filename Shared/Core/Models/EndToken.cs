namespace Rill.Models;

/// <summary>A token that ends a turn.</summary>
/// <param name="Id">Its id, at least 0.</param>
/// <param name="File">The file that names it.</param>
public readonly record struct EndToken(int Id, string File);
