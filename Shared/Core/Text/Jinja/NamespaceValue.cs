namespace Rill.Text.Jinja;

/// <summary>What namespace() makes: attributes that {% set ns.name = ... %} may change from any scope.</summary>
internal sealed class NamespaceValue
{
    public DictValue Attributes { get; } = new();
}
