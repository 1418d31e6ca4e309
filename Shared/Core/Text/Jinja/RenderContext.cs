namespace Rill.Text.Jinja;

/// <summary>One rendering: its clock and its limits. Not thread-safe.</summary>
internal sealed class RenderContext(TimeProvider timeProvider)
{
    /// <summary>How many items a rendering may look at, and how many pieces a text may be cut into.</summary>
    public const int MostIterations = 1_000_000;

    private const int DeepestCall = 100;

    private int _iterations;
    private int _depth;

    public DateTimeOffset Now => timeProvider.GetLocalNow();

    /// <summary>The items of a value, as a for loop sees them; each counts towards the limit on iterations.</summary>
    public IReadOnlyList<object?> Iterate(object? value)
    {
        // A long text is refused before it is taken apart.
        CheckIterations(value is JinjaText text ? text.Length / 2 : 0);
        var items = PythonValues.Items(value);
        CheckIterations(items.Count);
        _iterations += items.Count;
        return items;
    }

    /// <summary>Runs a macro or a recursive loop, within the limit on depth.</summary>
    public T Nest<T>(Func<T> call)
    {
        if (_depth >= DeepestCall)
        {
            throw new ChatTemplateException($"The chat template's macros call one another more than {DeepestCall} deep.");
        }

        _depth++;
        try
        {
            return call();
        }
        finally
        {
            _depth--;
        }
    }

    private void CheckIterations(int more)
    {
        if (_iterations + more > MostIterations)
        {
            throw new ChatTemplateException($"The chat template loops more than {MostIterations} times.");
        }
    }
}
