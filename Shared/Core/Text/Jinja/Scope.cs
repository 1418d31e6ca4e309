using System.Diagnostics.CodeAnalysis;

namespace Rill.Text.Jinja;

/// <summary>Variables, and the scope around. Setting a variable never reaches the scope around; reading one does.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, object?> _variables = [];

    public void Set(string name, object? value) => _variables[name] = value;

    public bool TryGet(string name, [MaybeNullWhen(false)] out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables.TryGetValue(name, out value))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private Scope? Parent { get; } = parent;
}
