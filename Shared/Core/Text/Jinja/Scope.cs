using System.Diagnostics.CodeAnalysis;

namespace Rill.Text.Jinja;

/// <summary>
/// Variables, and the scope around. Setting a variable never reaches the scope around; reading one does. Most scopes have a handful of
/// variables and a short life, so they are looked through in order; only a large one, the outermost, keeps a table.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private const int MostInOrder = 8;

    private (string Name, object? Value)[] _variables = [];
    private int _count;
    private Dictionary<string, int>? _table;

    public void Set(string name, object? value)
    {
        var index = IndexOf(name);
        if (index >= 0)
        {
            _variables[index].Value = value;
            return;
        }

        if (_count == _variables.Length)
        {
            Array.Resize(ref _variables, Math.Max(4, 2 * _count));
        }

        _variables[_count] = (name, value);
        _table?.Add(name, _count);
        _count++;
        if (_count > MostInOrder)
        {
            _table ??= _variables.Take(_count).Index().ToDictionary(variable => variable.Item.Name, variable => variable.Index);
        }
    }

    public bool TryGet(string name, [MaybeNullWhen(false)] out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            var index = scope.IndexOf(name);
            if (index >= 0)
            {
                value = scope._variables[index].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    private Scope? Parent { get; } = parent;

    private int IndexOf(string name)
    {
        if (_table is not null)
        {
            return _table.TryGetValue(name, out var found) ? found : -1;
        }

        for (var index = 0; index < _count; index++)
        {
            if (string.Equals(_variables[index].Name, name, StringComparison.Ordinal))
            {
                return index;
            }
        }

        return -1;
    }
}
