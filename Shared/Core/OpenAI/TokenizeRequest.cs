namespace Rill.OpenAI;

/// <summary>A request for the token ids of a text, or of a conversation as chat would write it (contract A.6).</summary>
public sealed record TokenizeRequest
{
    /// <summary>Id of the wanted model; null means the default model.</summary>
    public string? Model { get; init; }

    /// <summary>The text; null where a conversation was given.</summary>
    public string? Prompt { get; init; }

    /// <summary>The conversation, with all that chat has of it; null where a text was given.</summary>
    public ChatCompletionRequest? Chat { get; init; }

    /// <summary>Whether a text gets what the model's authors put around one.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether special tokens are found in a text; false for a text of strangers.</summary>
    public bool ParseSpecial { get; init; } = true;

    /// <summary>True for the tokens' texts beside their ids.</summary>
    public bool ReturnTokenStrs { get; init; }

    /// <summary>The kind alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => Chat is null ? "TokenizeRequest(text)" : "TokenizeRequest(chat)";
}

/// <summary>A request for the text of token ids.</summary>
/// <param name="Model">Id of the wanted model; null means the default model.</param>
/// <param name="Tokens">The ids.</param>
public sealed record DetokenizeRequest(string? Model, IReadOnlyList<int> Tokens);

/// <summary>The ids of a text.</summary>
/// <param name="Count">How many.</param>
/// <param name="MaxModelLen">Most tokens of prompt and completion together.</param>
/// <param name="Tokens">The ids.</param>
/// <param name="TokenStrs">Their texts, where asked for.</param>
public sealed record TokenizeAnswer(int Count, int MaxModelLen, IReadOnlyList<int> Tokens, IReadOnlyList<string>? TokenStrs);

/// <summary>The text of ids.</summary>
/// <param name="Prompt">The text, special tokens included.</param>
public sealed record DetokenizeAnswer(string Prompt);
