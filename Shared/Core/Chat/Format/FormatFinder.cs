using System.Text.Json;
using Rill.Chat.Format.Derivation;
using Rill.Chat.Format.Named;
using Rill.Chat.Input;
using Rill.Text;
using Rill.Text.Tokenization.Files;

namespace Rill.Chat.Format;

/// <summary>Finds out how a model writes: by what its operator says, else by its response_template, its chat template and the marks in its vocabulary.</summary>
public static class FormatFinder
{
    /// <summary>The choice that leaves it to the model's files.</summary>
    public const string Auto = "auto";

    /// <summary>The choice by which everything is visible text.</summary>
    public const string None = "none";

    /// <summary>Tokens that only models of one way of calling have, for those whose templates say nothing of calls.</summary>
    private static readonly (string Token, string Name)[] s_tokens = [("<|tool_call_start|>", "lfm2")];

    /// <summary>All choices: these two, and the names of formats.</summary>
    public static IReadOnlyList<string> Choices { get; } = [Auto, None, .. NamedFormats.Names];

    /// <summary>A model's format; null where nobody knows how it writes, so that all its text is visible.</summary>
    /// <param name="choice">One of <see cref="Choices"/>.</param>
    /// <param name="files">The model's files.</param>
    /// <param name="text">Their text side.</param>
    /// <exception cref="UnsupportedModelException">There is no such choice, or a response_template is broken.</exception>
    public static MessageFormat? Find(string choice, ModelFiles files, ModelText text)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(text);
        return choice switch
        {
            Auto => Stated(files, Derived(text)),
            None => null,
            _ => NamedFormats.Find(choice) ?? throw new UnsupportedModelException($"There is no message format '{choice}'; there are {string.Join(", ", Choices)}."),
        };
    }

    /// <summary>What a response_template says counts before what the chat template shows.</summary>
    private static MessageFormat? Stated(ModelFiles files, MessageFormat? derived)
    {
        if (!TokenizerConfig.Read(files).TryGetProperty("response_template", out var template) || template.ValueKind == JsonValueKind.Null)
        {
            return derived;
        }

        var stated = ResponseTemplate.Read(template);
        return stated with
        {
            Reasoning = stated.Reasoning ?? derived?.Reasoning,
            ContentStart = stated.ContentStart.Length > 0 ? stated.ContentStart : derived?.ContentStart ?? "",
            Tools = stated.Tools ?? derived?.Tools,
            Channels = stated is { Reasoning: null, Tools: null } ? derived?.Channels : null,
            TurnEnds = derived?.TurnEnds ?? [],
        };
    }

    private static MessageFormat? Derived(ModelText text)
    {
        var format = FormatDerivation.Derive(new PromptRenderer(text.Template, text.Variables, text.NamedTemplates));
        return format?.Tools is null && Array.Find(s_tokens, each => text.Tokenizer.FindToken(each.Token) is not null).Name is { } name
            ? (format ?? new MessageFormat { Source = FormatDerivation.Source }) with { Tools = NamedFormats.Find(name)!.Tools }
            : format;
    }
}
