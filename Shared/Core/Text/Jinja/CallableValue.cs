namespace Rill.Text.Jinja;

/// <summary>A value that can be called.</summary>
internal abstract class CallableValue
{
    /// <summary>What Python would print for it.</summary>
    public abstract string Representation { get; }

    public abstract object? Call(RenderContext context, CallArguments arguments);
}
