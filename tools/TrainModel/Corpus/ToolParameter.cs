namespace Rill.TrainModel.Corpus;

/// <summary>
/// A parameter as the grammar writes it: "name=binding", with "#" before a whole number's name, "%" before a number's, "!" before a
/// boolean's; "name=binding&lt;a,b&gt;" is a text that is one of a and b.
/// </summary>
internal sealed record ToolParameter(string Name, string Value, string Type, IReadOnlyList<string> Choices)
{
    /// <summary>Reads one parameter.</summary>
    public static ToolParameter Parse(string text)
    {
        var type = text[0] switch { '#' => "integer", '%' => "number", '!' => "boolean", _ => "string" };
        var parts = text.TrimStart('#', '%', '!').Split('=', '<');
        return new ToolParameter(parts[0], parts[1], type, parts.Length > 2 ? parts[2].TrimEnd('>').Split(',') : []);
    }

    /// <summary>Reads a list of them, divided by ", ".</summary>
    public static IReadOnlyList<ToolParameter> ParseAll(string text) => [.. text.Split(", ").Select(Parse)];

    /// <summary>The value as JSON.</summary>
    public string ToJson(string value) => Type == "string" ? JsonText.Quote(value) : value;
}
