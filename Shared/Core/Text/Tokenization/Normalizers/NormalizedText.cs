namespace Rill.Text.Tokenization.Normalizers;

/// <summary>A text on its way through the normalizers.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Template">Which of them the template wrote.</param>
/// <param name="BeginsPrompt">True when the first of them stands for the very first character of the prompt.</param>
/// <param name="Budget">What the normalizers may cost.</param>
internal readonly record struct NormalizedText(ReadOnlyMemory<char> Text, TemplateSpans Template, bool BeginsPrompt, EncodingBudget Budget);
