using System.ComponentModel.DataAnnotations;
using Rill.Chat.Format;

namespace Rill.FunctionApp;

/// <summary>A setting that is one of <see cref="FormatFinder.Choices"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MessageFormatChoiceAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is string choice && FormatFinder.Choices.Contains(choice);

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => $"Rill:MessageFormat must be one of {string.Join(", ", FormatFinder.Choices)}.";
}
