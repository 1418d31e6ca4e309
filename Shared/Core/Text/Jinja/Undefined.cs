namespace Rill.Text.Jinja;

/// <summary>The value of what is not there: prints as nothing, is false and empty, and fails when anything else is asked of it.</summary>
/// <param name="Reason">What to say then, e.g. 'x' is undefined.</param>
internal sealed record Undefined(string Reason)
{
    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public ChatTemplateException Error() => new(Reason);
}
