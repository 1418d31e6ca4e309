namespace Rill.Chat.Output;

/// <summary>What a part of an answer is.</summary>
public enum AnswerPartKind
{
    /// <summary>Visible text.</summary>
    Content,

    /// <summary>Text that the model thinks before it answers.</summary>
    Reasoning,

    /// <summary>The start of a tool call; its arguments follow before the next call starts.</summary>
    ToolCall,

    /// <summary>A piece of the arguments of the tool call that started last.</summary>
    ToolArguments,
}

/// <summary>A piece of an answer. Pieces of one kind that follow each other join to one text.</summary>
public readonly record struct AnswerPart
{
    private AnswerPart(AnswerPartKind kind, string text, int callIndex = 0, string? callId = null) =>
        (Kind, Text, CallIndex, CallId) = (kind, text, callIndex, callId);

    /// <summary>What it is.</summary>
    public AnswerPartKind Kind { get; }

    /// <summary>Whole characters, at least one; at a tool call's start the name of the function.</summary>
    public string Text { get; }

    /// <summary>Which tool call, from 0.</summary>
    public int CallIndex { get; }

    /// <summary>A tool call's id, at its start; null elsewhere.</summary>
    public string? CallId { get; }

    /// <summary>Visible text.</summary>
    public static AnswerPart Content(string text) => new(AnswerPartKind.Content, text);

    /// <summary>A thought.</summary>
    public static AnswerPart Reasoning(string text) => new(AnswerPartKind.Reasoning, text);

    /// <summary>A tool call starts.</summary>
    public static AnswerPart ToolCall(int index, string id, string function) => new(AnswerPartKind.ToolCall, function, index, id);

    /// <summary>A tool call's arguments go on: a piece of their JSON text, as the model wrote it.</summary>
    public static AnswerPart ToolArguments(int index, string json) => new(AnswerPartKind.ToolArguments, json, index);
}
