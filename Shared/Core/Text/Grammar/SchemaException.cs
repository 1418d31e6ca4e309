namespace Rill.Text.Grammar;

/// <summary>A schema that is broken, or asks for what the grammar does not enforce. The message is for the client.</summary>
public sealed class SchemaException : Exception
{
    /// <summary>For a fault of the schema as a whole.</summary>
    public SchemaException(string message)
        : base(message)
    {
    }

    /// <summary>For a fault at a place, which the message then begins with.</summary>
    public SchemaException(string pointer, string message)
        : base($"at {pointer}: {message}") => Pointer = pointer;

    /// <summary>The JSON pointer of the place at fault, such as <c>#/properties/a/not</c>; null for the whole schema.</summary>
    public string? Pointer { get; }

    /// <summary>True when the schema may be right, and it is the grammar that cannot enforce it.</summary>
    public bool IsUnsupported { get; init; }

    /// <summary>A keyword that is not enforced.</summary>
    internal static SchemaException Unsupported(string pointer, string keyword, string why = "is not supported") =>
        new(pointer, $"{keyword} {why}") { IsUnsupported = true };
}
