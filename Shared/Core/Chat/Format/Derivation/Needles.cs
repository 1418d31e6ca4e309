using System.Globalization;
using System.Text.Json;

namespace Rill.Chat.Format.Derivation;

/// <summary>A call that a template is given to write: everything in it is found again in what is written.</summary>
internal sealed record NeedleCall(string Id, string Name, string TextKey, string TextValue, string NumberKey, int Number)
{
    /// <summary>The first call.</summary>
    public static NeedleCall First { get; } = new("zqidAAAA1", "zqfunca", "zqkeya", "zqvala", "zqnuma", 48_151);

    /// <summary>The second call.</summary>
    public static NeedleCall Second { get; } = new("zqidBBBB2", "zqfuncb", "zqkeyb", "zqvalb", "zqnumb", 62_342);

    /// <summary>The number's digits.</summary>
    public string Digits => Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The arguments, as JSON text.</summary>
    public string Arguments => $$"""{"{{TextKey}}": "{{TextValue}}", "{{NumberKey}}": {{Digits}}}""";

    /// <summary>The function, as a request's tools have it.</summary>
    public string Tool =>
        $$$$"""
        {"type":"function","function":{"name":"{{{{Name}}}}","description":"zq","parameters":{"type":"object","properties":
        {"{{{{TextKey}}}}":{"type":"string","description":"zq"},"{{{{NumberKey}}}}":{"type":"integer","description":"zq"}},"required":["{{{{TextKey}}}}"]}}}
        """;

    /// <summary>The call as a template is given it.</summary>
    /// <param name="argumentsAreText">True for arguments as their JSON text, false for an object.</param>
    public Dictionary<string, object?> ToTemplate(bool argumentsAreText) => new()
    {
        ["id"] = Id,
        ["type"] = "function",
        ["function"] = new Dictionary<string, object?>
        {
            ["name"] = Name,
            ["arguments"] = argumentsAreText ? Arguments : JsonDocument.Parse(Arguments).RootElement,
        },
    };

    /// <summary>True for a JSON object that is the arguments.</summary>
    public bool IsArguments(JsonElement value) => value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty(TextKey, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() == TextValue
        && value.TryGetProperty(NumberKey, out _);
}
