using System.Runtime.CompilerServices;

namespace Rill.Text.Jinja;

/// <summary>Python's equality, ordering and membership.</summary>
internal static class PythonComparison
{
    public static bool AreEqual(object? left, object? right)
    {
        RenderContext.CheckDepth();
        ChargeFor(left, right);
        return (ReferenceEquals(left, right) && left is not double) || AreAlike(left, right);
    }

    private static bool AreAlike(object? left, object? right) => (left, right) switch
    {
        (null, null) or (Undefined, Undefined) => true,
        (JinjaText first, JinjaText second) => first.Equals(second),
        (ListValue first, ListValue second) => first.IsTuple == second.IsTuple && SequencesEqual(first.Items, second.Items),
        (DictValue first, DictValue second) => first.Count == second.Count
            && first.Items.All(item => second.TryGet(item.Key, out var other) && AreEqual(item.Value, other)),
        (RangeValue first, RangeValue second) => SequencesEqual(first.Items, second.Items),
        _ when PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right) => PythonNumbers.Compare(left!, right!) == 0,
        _ => false,
    };

    /// <summary>Orders two values as &lt; does; a ChatTemplateException when Python cannot.</summary>
    public static int Compare(object? left, object? right, string operation = "<")
    {
        if (left is Undefined || right is Undefined)
        {
            throw ((left as Undefined) ?? (Undefined)right!).Error();
        }

        RenderContext.CheckDepth();
        ChargeFor(left, right);

        return (left, right) switch
        {
            (JinjaText first, JinjaText second) => PythonText.Compare(first.Value, second.Value),
            (ListValue first, ListValue second) when first.IsTuple == second.IsTuple => CompareSequences(first.Items, second.Items, operation),
            _ when PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right) => PythonNumbers.Compare(left!, right!),
            _ => throw new ChatTemplateException(
                $"'{operation}' not supported between instances of '{PythonValues.TypeName(left)}' and '{PythonValues.TypeName(right)}'"),
        };
    }

    /// <summary>The in operator.</summary>
    public static bool Contains(object? container, object? item)
    {
        RenderContext.Charge((container as JinjaText)?.Length ?? 1);
        return Has(container, item);
    }

    private static bool Has(object? container, object? item) => container switch
    {
        JinjaText text => item switch
        {
            JinjaText part => text.Value.Contains(part.Value, StringComparison.Ordinal),
            Undefined undefined => throw undefined.Error(),
            _ => throw new ChatTemplateException($"'in <string>' requires string as left operand, not {PythonValues.TypeName(item)}"),
        },
        DictValue dict => dict.TryGet(item, out _),
        _ when PythonValues.IsIterable(container) => PythonValues.Items(container).Any(candidate => AreEqual(candidate, item)),
        _ => throw new ChatTemplateException($"argument of type '{PythonValues.TypeName(container)}' is not iterable"),
    };

    /// <summary>A hash that agrees with <see cref="AreEqual"/>; refuses what Python cannot hash.</summary>
    public static int Hash(object? value)
    {
        RenderContext.CheckDepth();
        RenderContext.Charge((value as JinjaText)?.Length ?? 1);
        return HashOf(value);
    }

    private static int HashOf(object? value) => value switch
    {
        JinjaText text => text.GetHashCode(),
        null or Undefined => 0,
        _ when PythonNumbers.IsNumber(value) => PythonNumbers.ToDouble(value!).GetHashCode(),
        ListValue { IsTuple: true } tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
        ListValue or DictValue => throw new ChatTemplateException($"unhashable type: '{PythonValues.TypeName(value)}'"),
        _ => RuntimeHelpers.GetHashCode(value),
    };

    private static void ChargeFor(object? left, object? right) => RenderContext.Charge(
        RenderContext.ComparisonWork + Math.Min((left as JinjaText)?.Length ?? 0, (right as JinjaText)?.Length ?? 0));

    private static bool SequencesEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => AreEqual(pair.First, pair.Second));

    private static int CompareSequences(IReadOnlyList<object?> left, IReadOnlyList<object?> right, string operation)
    {
        foreach (var (first, second) in left.Zip(right))
        {
            if (!AreEqual(first, second))
            {
                return Compare(first, second, operation);
            }
        }

        return left.Count.CompareTo(right.Count);
    }
}
