using System.Text;

namespace Rill.TrainModel.Corpus;

/// <summary>
/// Writes a conversation as the chat template writes it (ChatML; tools in Hermes form and thoughts as Qwen has them, where the prompt opens
/// the thought), in pieces, each marked as learned (what the model shall say itself) or given.
/// </summary>
internal static class ChatMarkup
{
    public const string EndOfText = "<|endoftext|>";
    public const string TurnStart = "<|im_start|>";
    public const string TurnEnd = "<|im_end|>";
    public const string ToolCall = "<tool_call>";

    /// <summary>The tokens that no merge makes: the first three control the conversation, the others are text that stays whole.</summary>
    public static readonly IReadOnlyList<string> AddedTokens =
        [EndOfText, TurnStart, TurnEnd, ToolCall, "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>"];

    private const string ThoughtStart = "<think>\n";
    private const string ThoughtEnd = "\n</think>\n\n";

    /// <summary>How many of <see cref="AddedTokens"/> are special, that is, never part of a completion's text.</summary>
    public const int SpecialTokenCount = 3;

    /// <summary>The whole conversation in pieces; with <paramref name="addGenerationPrompt"/>, the start of the next answer too.</summary>
    public static IReadOnlyList<Piece> Render(Conversation conversation, bool addGenerationPrompt = false)
    {
        var pieces = new List<Piece>();
        var turns = conversation.Turns;
        var lastQuestion = turns.ToList().FindLastIndex(turn => turn.Role == Role.User);
        var systemText = turns[0].Role == Role.System ? turns[0].Text : "";
        if (conversation.Tools.Count > 0)
        {
            Give($"{TurnStart}system\n{(systemText.Length > 0 ? systemText + "\n\n" : "")}{ToolBlock(conversation.Tools)}{TurnEnd}\n");
        }
        else if (turns[0].Role == Role.System)
        {
            Give($"{TurnStart}system\n{systemText}{TurnEnd}\n");
        }

        for (var i = turns[0].Role == Role.System ? 1 : 0; i < turns.Count; i++)
        {
            AddTurn(i);
        }

        if (addGenerationPrompt)
        {
            Give($"{TurnStart}assistant\n{(conversation.Thinks ? ThoughtStart : "")}");
        }

        return pieces;

        void Give(string text) => pieces.Add(new Piece(text, Learned: false));

        void AddTurn(int i)
        {
            switch (turns[i].Role)
            {
                case Role.Assistant:
                    var thinks = conversation.Thinks && i > lastQuestion;    // what it thought before an earlier question is left out
                    Give($"{TurnStart}assistant\n{(thinks ? ThoughtStart : "")}");
                    pieces.Add(new Piece($"{(thinks ? turns[i].Thought + ThoughtEnd : "")}{turns[i].Text}{TurnEnd}", Learned: true));
                    Give("\n");
                    break;
                case Role.Tool:
                    var first = turns[i - 1].Role != Role.Tool;
                    var last = i + 1 == turns.Count || turns[i + 1].Role != Role.Tool;
                    Give($"{(first ? TurnStart + "user" : "")}\n<tool_response>\n{turns[i].Text}\n</tool_response>{(last ? TurnEnd + "\n" : "")}");
                    break;
                default:
                    Give($"{TurnStart}user\n{turns[i].Text}{TurnEnd}\n");
                    break;
            }
        }
    }

    private static string ToolBlock(IReadOnlyList<string> tools)
    {
        var text = new StringBuilder();
        text.Append("# Tools\n\nYou may call one or more functions to assist with the user query.\n\n");
        text.Append("You are provided with function signatures within <tools></tools> XML tags:\n<tools>");
        foreach (var tool in tools)
        {
            text.Append('\n').Append(tool);
        }

        text.Append("\n</tools>\n\nFor each function call, return a json object with function name and arguments within ");
        text.Append("<tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");
        return text.ToString();
    }
}

/// <summary>A stretch of a rendered conversation.</summary>
/// <param name="Text">The characters, added tokens spelt out.</param>
/// <param name="Learned">True where the loss counts.</param>
internal readonly record struct Piece(string Text, bool Learned);
