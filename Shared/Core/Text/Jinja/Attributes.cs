namespace Rill.Text.Jinja;

/// <summary>What value.name and value[index] mean: Jinja2's order of looking, inside the sandbox.</summary>
internal static class Attributes
{
    // Methods that change their object: the sandbox that chat templates run in refuses them. We allow a list's append and pop, which
    // templates of published models use.
    private static readonly HashSet<string> s_mutating =
        ["clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"];

    /// <summary>value.name: a method first, then a dict's key.</summary>
    public static object? Get(object? value, JinjaText name)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Error();
        }

        if (FindMember(value, name.Value, out var member))
        {
            return member;
        }

        return value is DictValue dict && dict.TryGet(name, out var item)
            ? item
            : new Undefined($"'{Describe(value)}' has no attribute '{name}'");
    }

    /// <summary>value[index]: an item first, then a method.</summary>
    public static object? GetItem(object? value, object? index)
    {
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Error();
            case DictValue dict when index is not (ListValue { IsTuple: false } or DictValue) && dict.TryGet(index, out var item):
                return item;
            case not DictValue when index is long or bool && PythonIndexing.TryGet(value, PythonNumbers.ToIndex(index), out var element):
                return element;
        }

        if (index is not JinjaText name)
        {
            return new Undefined($"{Describe(value)} has no element {PythonText.Repr(index)}");
        }

        return FindMember(value, name.Value, out var member)
            ? member
            : new Undefined($"'{Describe(value)}' has no attribute '{name}'");
    }

    /// <summary>An attribute by a path of names and indexes apart by dots, as filters take it.</summary>
    public static object? GetPath(object? value, object? path)
    {
        if (path is not JinjaText text)
        {
            return GetItem(value, path);
        }

        foreach (var part in text.Value.Split('.'))
        {
            value = long.TryParse(part, out var index) ? GetItem(value, index) : GetItem(value, JinjaText.OfTemplate(part));
        }

        return value;
    }

    private static bool FindMember(object? value, string name, out object? member)
    {
        member = value switch
        {
            NamespaceValue space => space.Attributes.TryGet(JinjaText.OfTemplate(name), out var attribute) ? attribute : BoundCall.Absent,
            LoopValue loop => loop.Get(name),
            CyclerValue cycler => cycler.Get(name),
            MacroValue macro => macro.Get(name),
            _ when Methods.Find(value, name) is { } method => new BoundFunction(method, value),
            ListValue { IsTuple: false } or DictValue when s_mutating.Contains(name) =>
                new Undefined($"access to attribute '{name}' of '{PythonValues.TypeName(value)}' object is unsafe."),
            _ => BoundCall.Absent,
        };
        return !ReferenceEquals(member, BoundCall.Absent);
    }

    private static string Describe(object? value) => value is null ? "None" : PythonValues.TypeName(value) + " object";
}
