namespace Rill.Text.Jinja;

/// <summary>The variable self: the template, whose blocks chat templates do not have.</summary>
internal sealed class TemplateReference
{
    public static readonly TemplateReference Instance = new();

    private TemplateReference()
    {
    }
}
