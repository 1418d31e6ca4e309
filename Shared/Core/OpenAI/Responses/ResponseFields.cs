namespace Rill.OpenAI.Responses;

/// <summary>Reads the fields that this API has and chat has not.</summary>
internal static class ResponseFields
{
    private const int MaxMetadata = 16;
    private const int MaxMetadataName = 64;
    private const int MaxMetadataText = 512;

    private static readonly string[] s_summaries = ["auto", "concise", "detailed"];

    /// <summary>What a response can include. All but the logprobs is of hosted tools and encryption, of which there is none here.</summary>
    private static readonly string[] s_includes =
    [
        "message.output_text.logprobs",
        "reasoning.encrypted_content",
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
    ];

    /// <summary>True when logprobs are to be told.</summary>
    public static bool ReadInclude(JsonField field)
    {
        var names = field.Array(
            entry =>
            {
                CheckWord(entry, s_includes);
                return entry.String();
            },
            GenerationRules.MaxListed);
        return names?.Contains(s_includes[0]) ?? false;
    }

    /// <summary>Up to 16 texts by name.</summary>
    public static IReadOnlyDictionary<string, string> ReadMetadata(JsonField field)
    {
        var metadata = new Dictionary<string, string>();
        if (!field.CheckObject() || !field.IsPresent || !field.CheckCount(field.Value.GetPropertyCount(), MaxMetadata))
        {
            return metadata;
        }

        foreach (var (name, entry) in field.Members())
        {
            if (entry.String() is not { } text || name.Length > MaxMetadataName || text.Length > MaxMetadataText)
            {
                field.Refuse($"must map names of at most {MaxMetadataName} characters to strings of at most {MaxMetadataText}.");
                break;
            }

            metadata[name] = text;
        }

        return metadata;
    }

    /// <summary>Effort, which <see cref="ReasoningFields"/> checks, and summary; generate_summary is the latter's older name.</summary>
    public static ResponseReasoning ReadReasoning(JsonField field)
    {
        if (!field.CheckObject() || !field.IsPresent)
        {
            return new(null, null);
        }

        var summary = field["summary"].IsPresent ? field["summary"] : field["generate_summary"];
        CheckWord(summary, s_summaries);
        return new(field["effort"].String(), summary.String());
    }

    /// <summary>The form that text.format asks for; null for plain text.</summary>
    public static ResponseFormat? ReadFormat(JsonField text) =>
        text.CheckObject() && text.IsPresent ? ResponseFormatFields.ReadFlat(text["format"]) : null;

    /// <summary>Both ways are taken: a prompt that does not fit is refused with either, so none is ever shortened unseen.</summary>
    public static void CheckTruncation(JsonField field) => CheckWord(field, "auto", "disabled");

    private static void CheckWord(JsonField field, params ReadOnlySpan<string> words)
    {
        if (field.String() is { } word && !words.Contains(word))
        {
            field.Refuse($"must be one of {string.Join(", ", words)}.");
        }
    }
}
