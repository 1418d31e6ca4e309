using System.Text.Json;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>
/// A conversation and what a chat template is told along with it. It knows nothing of HTTP: the endpoint makes it of a request, the
/// command line of a line of JSON. <see cref="PromptRenderer"/> renders it as a prompt.
/// </summary>
public sealed record Conversation
{
    private static readonly string[] s_reserved = ["messages", "tools", "documents", "add_generation_prompt", "continue_final_message"];

    /// <summary>
    /// The turns, oldest first: role, content (text, a list of parts, or null) and whatever else templates read. Values are those that
    /// <see cref="ChatTemplate.Render"/> takes.
    /// </summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, object?>> Messages { get; init; }

    /// <summary>The tools that the model may call, an array as OpenAI's API has it; null for none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents to answer from, an array of objects as the template's authors define them; null for none.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>True to end the prompt with the beginning of an assistant's turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>True to leave the last turn open, so that the model goes on with its text.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further variables by name (chat_template_kwargs), such as enable_thinking; none may be <see cref="IsReserved"/>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Arguments { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>
    /// What <see cref="Read"/> found beside the members above, for a template without a model: its special tokens (names that end in
    /// _token) are our own text, everything else is the request's.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Others { get; init; } = new Dictionary<string, object?>();

    /// <summary>True for names that chat_template_kwargs must not set: those of the members here, and special tokens' (*_token).</summary>
    public static bool IsReserved(string name) => s_reserved.Contains(name) || name.EndsWith("_token", StringComparison.Ordinal);

    /// <summary>
    /// Reads <c>{"messages":[...],"tools":[...],"documents":[...],"add_generation_prompt":true,"continue_final_message":false,
    /// "chat_template_kwargs":{...}}</c>. Only messages is required; add_generation_prompt is true unless it says otherwise or the last
    /// message is continued.
    /// </summary>
    /// <exception cref="ChatTemplateException">A member is missing or has a wrong type; the message names it.</exception>
    public static Conversation Read(JsonElement line)
    {
        var members = MembersOf(line, "The conversation");
        var continues = Flag(members, "continue_final_message") ?? false;
        var arguments = members.GetValueOrDefault("chat_template_kwargs");
        return new Conversation
        {
            Messages = [.. (Array(members, "messages") ?? throw new ChatTemplateException("messages is required.")).EnumerateArray().Select(Turn)],
            Tools = Array(members, "tools"),
            Documents = Array(members, "documents"),
            AddGenerationPrompt = Flag(members, "add_generation_prompt") ?? !continues,
            ContinueFinalMessage = continues,
            Arguments = IsAbsent(arguments) ? new Dictionary<string, JsonElement>() : MembersOf(arguments, "chat_template_kwargs"),
            Others = members.Where(member => !s_reserved.Contains(member.Key) && member.Key != "chat_template_kwargs")
                .ToDictionary(member => member.Key, member => Other(member.Key, member.Value)),
        };
    }

    private static object? Other(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && name.EndsWith("_token", StringComparison.Ordinal) ? value.GetString() : value;

    private static IReadOnlyDictionary<string, object?> Turn(JsonElement message) =>
        MembersOf(message, "Every entry of messages").ToDictionary(member => member.Key, member => (object?)member.Value);

    private static JsonElement? Array(Dictionary<string, JsonElement> members, string name)
    {
        var value = members.GetValueOrDefault(name);
        if (IsAbsent(value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array ? value : throw new ChatTemplateException($"{name} must be an array.");
    }

    private static bool? Flag(Dictionary<string, JsonElement> members, string name) => members.GetValueOrDefault(name).ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ChatTemplateException($"{name} must be a boolean."),
    };

    private static bool IsAbsent(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>An object's members; of repeated ones the last counts.</summary>
    internal static Dictionary<string, JsonElement> MembersOf(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new ChatTemplateException($"{what} must be an object.");
        }

        try
        {
            var members = new Dictionary<string, JsonElement>();
            foreach (var member in value.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }

            return members;
        }
        catch (InvalidOperationException)
        {
            throw new ChatTemplateException($"{what} holds a name that is not valid Unicode.");
        }
    }
}
