namespace Rill.Text.Jinja;

/// <summary>A template as it was parsed.</summary>
internal sealed record ParsedTemplate(Block Body, TemplateContentUse ContentUse, IReadOnlyList<string> Literals);
