namespace Rill.Text.Jinja;

/// <summary>Words what is wrong with a template, naming it and the line.</summary>
internal sealed class TemplateErrors(string name)
{
    public UnsupportedModelException Syntax(string problem, int line) =>
        new($"The chat template {name} is broken at line {line}: {problem}.");

    public UnsupportedModelException Unsupported(string construct, int line) =>
        new($"The chat template {name} uses {construct} at line {line}, which is not supported.");
}
