using System.Diagnostics.CodeAnalysis;

namespace Rill.Text.Jinja;

/// <summary>A Python dict: keeps the order in which keys came, and compares keys as Python does (1, 1.0 and True are one key).</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<Key, object?> _items = [];

    public int Count => _items.Count;

    public IEnumerable<object?> Keys => _items.Keys.Select(key => key.Value);

    public IEnumerable<object?> Values => _items.Values;

    public IEnumerable<(object? Key, object? Value)> Items => _items.Select(pair => (pair.Key.Value, pair.Value));

    public void Set(object? key, object? value) => _items[new(key)] = value;

    public bool TryGet(object? key, [MaybeNullWhen(false)] out object? value) => _items.TryGetValue(new(key), out value);

    private readonly struct Key(object? value) : IEquatable<Key>
    {
        public object? Value { get; } = value;

        public bool Equals(Key other) => Value is JinjaText text
            ? text.Equals(other.Value as JinjaText)
            : PythonComparison.AreEqual(Value, other.Value);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => Value is JinjaText text ? text.GetHashCode() : PythonComparison.Hash(Value);
    }
}
