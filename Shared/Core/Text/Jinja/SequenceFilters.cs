namespace Rill.Text.Jinja;

/// <summary>Filters over whole sequences and dicts.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<Function> All =>
    [
        new("length", "", call => PythonValues.Length(call.Value)),
        new("default", "default_value? boolean?", Default),
        new("first", "", First),
        new("last", "", Last),
        new("list", "", call => new ListValue([.. call.Sequence])),
        new("items", "", Items),
        new("dictsort", "case_sensitive? by? reverse?", DictSort),
        new("sort", "reverse? case_sensitive? attribute?", Sort),
        new("unique", "case_sensitive? attribute?", Unique),
        new("reverse", "", Reverse),
        new("random", "", PickAny),
        new("sum", "attribute? start?", Sum),
        new("max", "case_sensitive? attribute?", call => Extreme(call, sign: 1)),
        new("min", "case_sensitive? attribute?", call => Extreme(call, sign: -1)),
        new("batch", "linecount fill_with?", Batch),
        new("slice", "slices fill_with?", Slice),
        new("groupby", "attribute default? case_sensitive?", GroupBy),
        new("attr", "name", call => Attributes.Get(call.Value, call.TextAt(0))),
    ];

    private static object? Default(BoundCall call)
    {
        var isMissing = call.Value is Undefined || (call.Flag(1, false) && !PythonValues.IsTrue(call.Value));
        return isMissing ? call.Or(0, JinjaText.Empty) : call.Value;
    }

    private static object? First(BoundCall call)
    {
        if (PythonIndexing.TryGet(call.Value, 0, out var item))
        {
            return item;
        }

        return call.Sequence is [var first, ..] ? first : new Undefined("No first item, sequence was empty.");
    }

    private static object? Last(BoundCall call)
    {
        if (call.Value is SequenceOnce)
        {
            throw new ChatTemplateException("'generator' object is not reversible");
        }

        if (PythonIndexing.TryGet(call.Value, -1, out var item))
        {
            return item;
        }

        return call.Sequence is [.., var last] ? last : new Undefined("No last item, sequence was empty.");
    }

    private static object? PickAny(BoundCall call) => call.Sequence is { Count: > 0 } items
        ? items[Random.Shared.Next(items.Count)]
        : new Undefined("No random item, sequence was empty.");

    private static SequenceOnce Items(BoundCall call) => call.Value switch
    {
        Undefined => new([]),
        DictValue dict => new([.. dict.Items.Select(item => ListValue.Tuple(item.Key, item.Value))]),
        _ => throw new ChatTemplateException("Can only get item pairs from a mapping."),
    };

    private static ListValue DictSort(BoundCall call)
    {
        if (call.Value is not DictValue dict)
        {
            throw new ChatTemplateException($"'{PythonValues.TypeName(call.Value)}' object has no attribute 'items'");
        }

        var byValue = PythonText.Str(call.Or(1, JinjaText.OfTemplate("key"))).Value == "value";
        var pairs = dict.Items.Select(item => (object?)ListValue.Tuple(item.Key, item.Value)).ToList();
        return new(Ordered(pairs, pair => Fold(((ListValue)pair!).Items[byValue ? 1 : 0], call.Flag(0, false)), call.Flag(2, false)));
    }

    private static ListValue Sort(BoundCall call)
    {
        var key = KeyOf(call, caseSensitive: 1, attribute: 2);
        return new(Ordered(call.Sequence, key, call.Flag(0, false)));
    }

    private static SequenceOnce Unique(BoundCall call)
    {
        var key = KeyOf(call, caseSensitive: 0, attribute: 1);
        var seen = new DictValue();
        var items = new List<object?>();
        foreach (var item in call.Sequence)
        {
            if (!seen.TryGet(key(item), out _))
            {
                seen.Set(key(item), null);
                items.Add(item);
            }
        }

        return new(items);
    }

    private static object? Reverse(BoundCall call) => call.Value is JinjaText text
        ? PythonIndexing.Slice(text, null, null, -1L)
        : new SequenceOnce([.. call.Sequence.Reverse()]);

    private static object? Sum(BoundCall call) => call.Sequence.Aggregate(call.Or(1, 0L), (total, item) => PythonOperators.Apply(
        "+", total, call.Or(0, null) is { } path ? Attributes.GetPath(item, path) : item, call.Context));

    private static object? Extreme(BoundCall call, int sign)
    {
        var key = KeyOf(call, caseSensitive: 0, attribute: 1);
        var items = call.Sequence;
        if (items.Count == 0)
        {
            return new Undefined("No aggregated item, sequence was empty.");
        }

        return items.Aggregate((best, item) => PythonComparison.Compare(key(item), key(best)) * sign > 0 ? item : best);
    }

    private static SequenceOnce Batch(BoundCall call)
    {
        var size = (int)Math.Clamp(call.Integer(0, 1), 1, int.MaxValue);
        var batches = call.Sequence.Chunk(size).Select(batch => (object?)new ListValue(Fill(batch, call, size)));
        return new([.. batches]);
    }

    private static SequenceOnce Slice(BoundCall call)
    {
        var items = call.Sequence;
        var count = (int)Math.Clamp(call.Integer(0, 1), 1, RangeValue.LongestRange);
        var (size, longer) = Math.DivRem(items.Count, count);
        var slices = new List<object?>();
        var start = 0;
        for (var index = 0; index < count; index++)
        {
            var length = size + (index < longer ? 1 : 0);
            IReadOnlyList<object?> part = [.. items.Skip(start).Take(length)];
            slices.Add(new ListValue(longer > 0 && index >= longer ? Fill(part, call, size + 1) : part));
            start += length;
        }

        return new(slices);
    }

    private static IReadOnlyList<object?> Fill(IReadOnlyList<object?> items, BoundCall call, int size)
    {
        if (call.Or(1, null) is not { } filler)
        {
            return items;
        }

        RenderContext.ChargeItems(size);
        return [.. items, .. Enumerable.Repeat(filler, size - items.Count)];
    }

    private static ListValue GroupBy(BoundCall call)
    {
        // Groups are formed without regard to case, and named by their first item.
        var groups = new DictValue();
        foreach (var item in Ordered(call.Sequence, item => Fold(Name(item), call.Flag(2, false)), isReversed: false))
        {
            var key = Fold(Name(item), call.Flag(2, false));
            if (!groups.TryGet(key, out var group))
            {
                groups.Set(key, group = new List<object?>());
            }

            ((List<object?>)group!).Add(item);
        }

        return new([.. groups.Values.Cast<List<object?>>().Select(items => ListValue.Tuple(Name(items[0]), new ListValue(items)))]);

        object? Name(object? item) => Attributes.GetPath(item, call[0]) is var value && value is Undefined ? call.Or(1, value) : value;
    }

    private static Func<object?, object?> KeyOf(BoundCall call, int caseSensitive, int attribute)
    {
        var isSensitive = call.Flag(caseSensitive, false);
        var path = call.Or(attribute, null);
        return item => Fold(path is null ? item : Attributes.GetPath(item, path), isSensitive);
    }

    private static object? Fold(object? value, bool isSensitive) =>
        !isSensitive && value is JinjaText text ? TextCase.Lower(text) : value;

    private static List<object?> Ordered(IEnumerable<object?> items, Func<object?, object?> key, bool isReversed)
    {
        var comparer = Comparer<object?>.Create((left, right) => PythonComparison.Compare(left, right));
        try
        {
            return isReversed ? [.. items.OrderByDescending(key, comparer)] : [.. items.OrderBy(key, comparer)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is ChatTemplateException inner)
        {
            throw new ChatTemplateException(inner.Message);
        }
    }
}
