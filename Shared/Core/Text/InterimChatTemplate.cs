namespace Rill.Text;

#pragma warning disable CA1822, CA1801, CS1591, IDE0060

// Interim, for a few minutes: whoever lands ChatTemplate and ModelText deletes this file.
public sealed class ChatTemplate
{
    public static ChatTemplate Parse(string source, string name) => new();

    public PromptText Render(IReadOnlyDictionary<string, object?> variables)
    {
        var messages = (List<Dictionary<string, object?>>)variables["messages"]!;
        return PromptText.OfRequest(((RequestText)messages[^1]["content"]!).Value);
    }
}

public sealed class ModelText
{
    private ModelText()
    {
    }

    public required ITokenizer Tokenizer { get; init; }

    public required ChatTemplate Template { get; init; }

    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    public required IReadOnlyList<int> EosTokenIds { get; init; }

    public static ModelText Load(string directory) => throw new UnsupportedModelException("Real models come with the chat template.");
}
