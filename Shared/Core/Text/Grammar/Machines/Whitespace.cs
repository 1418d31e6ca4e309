namespace Rill.Text.Grammar.Machines;

/// <summary>
/// The whitespace between the parts of a value: one space, or a line end with the spaces that indent the next line. It is bounded, so that
/// no model can write it for ever.
/// </summary>
internal static class Whitespace
{
    /// <summary>No more is possible.</summary>
    public const int Refused = -1;

    private const int Space = 1;
    private const int Line = 2;
    private const int MostIndent = 20;

    /// <summary>What was read, from 0 for nothing, after one more byte; or <see cref="Refused"/>.</summary>
    public static int Step(int read, byte next) => (read, next) switch
    {
        (0, (byte)' ') => Space,
        (0, (byte)'\n') => Line,
        ( >= Line and < Line + MostIndent, (byte)' ') => read + 1,
        _ => Refused,
    };
}
