using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Chat;

/// <summary>A conversation in a file: a request's own JSON, so that <c>curl -d @FILE</c> asks for what follows.</summary>
internal static class ConversationFile
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a conversation. A file that is there is replaced when it holds one, too.</summary>
    /// <exception cref="FailureException">The file holds something else.</exception>
    public static void Save(Conversation conversation, string path)
    {
        if (File.Exists(path) && !IsOne(path))
        {
            throw new FailureException($"{path} exists and holds no conversation: name another file.");
        }

        File.WriteAllText(path, conversation.ToRequest().ToJsonString(s_json) + "\n");
    }

    /// <summary>Reads a conversation. Its model is null where the file names none.</summary>
    /// <exception cref="FailureException">The file holds none.</exception>
    public static Conversation Load(string path)
    {
        if (Parse(path) is not { } request || request["messages"] is not JsonArray messages)
        {
            throw new FailureException($"{path} holds no conversation: it must be a JSON object with messages, as /save writes it.");
        }

        var conversation = new Conversation { Model = request["model"]?.ToString() };
        foreach (var message in messages)
        {
            Add(conversation, JsonReading.Parse(message?.ToJsonString() ?? "null"), path);
        }

        foreach (var (name, value) in request.Where(member => !Conversation.IsReserved(member.Key)))
        {
            conversation.Settings[name] = value?.DeepClone();
        }

        return conversation;
    }

    private static void Add(Conversation conversation, JsonElement message, string path)
    {
        var (role, content) = (message.Text("role"), message.Text("content"));
        switch (role)
        {
            case "system" when content is not null && conversation.Turns.Count == 0:
                conversation.System = content;
                break;
            case "user" when content is not null:
                conversation.Add(new ChatTurn(content));
                break;
            case "assistant" when content is not null && conversation.Turns is [.., { Answer: null }]:
                conversation.Hear(content);
                break;
            default:
                throw new FailureException($"{path} has a message that rill chat does not keep: texts of a system, a user and an assistant in turn.");
        }
    }

    private static bool IsOne(string path) => Parse(path)?["messages"] is JsonArray;

    private static JsonObject? Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
