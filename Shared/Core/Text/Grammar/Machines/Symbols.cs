using System.Text;

namespace Rill.Text.Grammar.Machines;

/// <summary>
/// A text in which some tokens stand as themselves: a mark of the model's own is not the text that spells it. A symbol is a byte, or
/// <see cref="FirstToken"/> plus the id of a token.
/// </summary>
internal readonly struct Symbols(int[] values)
{
    /// <summary>The number of the symbol of token 0.</summary>
    public const int FirstToken = 256;

    /// <summary>The symbols.</summary>
    public ReadOnlySpan<int> Values => values;

    /// <summary>How many there are.</summary>
    public int Length => values?.Length ?? 0;

    /// <summary>True when a byte is among them.</summary>
    public bool HasText => values is not null && Array.Exists(values, value => value < FirstToken);

    /// <summary>The tokens among them.</summary>
    public IEnumerable<int> Tokens => (values ?? []).Where(value => value >= FirstToken).Select(value => value - FirstToken);

    /// <summary>A text's bytes.</summary>
    public static Symbols Of(string text) => new([.. Encoding.UTF8.GetBytes(text)]);

    /// <summary>One after another.</summary>
    public static Symbols operator +(Symbols first, Symbols second) => new([.. first.Values, .. second.Values]);
}
