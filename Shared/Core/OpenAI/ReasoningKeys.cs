namespace Rill.OpenAI;

/// <summary>Under which keys chat completions tell reasoning (contract B.16).</summary>
public enum ReasoningKeys
{
    /// <summary>Both, with the same text: whichever a client knows is there.</summary>
    Both,

    /// <summary><c>reasoning_content</c> alone, as DeepSeek, llama.cpp and SGLang have it.</summary>
    ReasoningContent,

    /// <summary><c>reasoning</c> alone, as vLLM and OpenRouter have it.</summary>
    Reasoning,
}
