using System.Runtime.CompilerServices;

namespace Rill.Text.Jinja;

/// <summary>
/// One rendering: its clock, its limits and its cancellation, which is looked at with every bit of work that is charged. A rendering stays
/// on one thread, on which <see cref="Charge"/> finds it, because texts and lists are made far from any context. Not thread-safe.
/// </summary>
internal sealed class RenderContext(TimeProvider timeProvider, CancellationToken cancellationToken) : IDisposable
{
    /// <summary>How many items a rendering may look at, and how many pieces a text may be cut into.</summary>
    public const int MostIterations = 1_000_000;

    /// <summary>How many expressions a rendering may evaluate.</summary>
    public const int MostSteps = 10_000_000;

    /// <summary>How many characters a rendering may copy or search; an item of a list counts as <see cref="ItemWork"/> of them.</summary>
    public const long MostWork = 256 << 20;

    /// <summary>What comparing two values counts as, beside the characters compared.</summary>
    public const int ComparisonWork = 64;

    private const int ItemWork = 8;
    private const int BitsInAWord = 32;

    // Of characters or expressions: a fraction of a millisecond.
    private const int WorkBetweenLooks = 1 << 14;
    private const int DeepestCall = 100;
    private const int LevelsBetweenChecks = 8;

    [ThreadStatic]
    private static RenderContext? s_current;

    private readonly RenderContext? _outer = s_current;
    private int _iterations;
    private int _steps;
    private long _work;
    private long _untilLook = WorkBetweenLooks;
    private int _depth;
    private int _level;

    public DateTimeOffset Now => timeProvider.GetLocalNow();

    /// <summary>Makes this the rendering that runs on the thread, until it is disposed.</summary>
    public RenderContext Enter() => s_current = this;

    public void Dispose() => s_current = _outer;

    /// <summary>Counts characters that the rendering on this thread copies or searches towards its limit.</summary>
    public static void Charge(long characters)
    {
        if (s_current is { } current && (current._untilLook -= characters) < 0)
        {
            current.Look();
        }
    }

    /// <summary>
    /// Counts arithmetic with a large number, which takes time with the square of its length: writing its digits, multiplying, dividing.
    /// </summary>
    public static void ChargeNumber(long bits)
    {
        var words = bits / BitsInAWord;
        Charge(words * words / 2);
    }

    /// <summary>Counts items that the rendering on this thread puts into a list.</summary>
    public static void ChargeItems(long items) => Charge(items > MostWork ? MostWork + 1 : items * ItemWork);

    /// <summary>Refuses to go deeper where the thread's stack is nearly used up.</summary>
    public static void CheckDepth()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new ChatTemplateException("The chat template nests values or expressions too deeply.");
        }
    }

    /// <summary>Counts an expression that is evaluated, and looks at the stack now and then.</summary>
    public void Descend()
    {
        if (++_steps > MostSteps)
        {
            throw new ChatTemplateException($"The chat template evaluates more than {MostSteps} expressions.");
        }

        if (--_untilLook < 0)
        {
            Look();
        }

        if (++_level % LevelsBetweenChecks == 0)
        {
            CheckDepth();
        }
    }

    /// <summary>After an expression; left out when one fails, since that ends the rendering.</summary>
    public void Ascend() => _level--;

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

    private void Look()
    {
        cancellationToken.ThrowIfCancellationRequested();
        _work += WorkBetweenLooks - _untilLook;
        if (_work > MostWork)
        {
            throw new ChatTemplateException($"The chat template copies more than {MostWork} characters.");
        }

        _untilLook = WorkBetweenLooks;
    }

    private void CheckIterations(int more)
    {
        if (_iterations + more > MostIterations)
        {
            throw new ChatTemplateException($"The chat template loops more than {MostIterations} times.");
        }
    }
}
