namespace Rill.Text.Jinja;

/// <summary>The operators + - * / // % ** on values of any type.</summary>
internal static class PythonOperators
{
    public static object? Apply(string operation, object? left, object? right, RenderContext context)
    {
        if (operation == "%" && left is JinjaText pattern)
        {
            return PercentFormat.Apply(pattern, right);
        }

        if ((left as Undefined ?? right as Undefined) is { } undefined)
        {
            throw undefined.Error();
        }

        if (PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right))
        {
            return PythonNumbers.Apply(operation, left!, right!);
        }

        return (operation, left, right) switch
        {
            ("+", JinjaText first, JinjaText second) => Markup.Add(first, second),
            ("+", JinjaText, _) => throw new ChatTemplateException(
                $"can only concatenate str (not \"{PythonValues.TypeName(right)}\") to str"),
            ("+", ListValue first, ListValue second) when first.IsTuple == second.IsTuple =>
                Add(first, second),
            ("*", JinjaText text, _) when PythonNumbers.IsInteger(right) => Repeat(text, PythonNumbers.ToIndex(right)),
            ("*", _, JinjaText text) when PythonNumbers.IsInteger(left) => Repeat(text, PythonNumbers.ToIndex(left)),
            ("*", ListValue list, _) when PythonNumbers.IsInteger(right) => Repeat(list, PythonNumbers.ToIndex(right), context),
            ("*", _, ListValue list) when PythonNumbers.IsInteger(left) => Repeat(list, PythonNumbers.ToIndex(left), context),
            _ => throw new ChatTemplateException(
                $"unsupported operand type(s) for {operation}: '{PythonValues.TypeName(left)}' and '{PythonValues.TypeName(right)}'"),
        };
    }

    private static JinjaText Repeat(JinjaText text, long count)
    {
        return new TextBuilder().Append(text, count).ToText();
    }

    private static ListValue Add(ListValue first, ListValue second)
    {
        RenderContext.ChargeItems((long)first.Items.Count + second.Items.Count);
        return new([.. first.Items, .. second.Items], first.IsTuple);
    }

    private static ListValue Repeat(ListValue list, long count, RenderContext context)
    {
        var items = new List<object?>();
        for (var index = 0; index < count && list.Items.Count > 0; index++)
        {
            items.AddRange(context.Iterate(list));
        }

        return new(items, list.IsTuple);
    }
}
