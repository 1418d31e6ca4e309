using System.Globalization;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>Reads the fields that all dialects that generate have in common.</summary>
internal static class GenerationFields
{
    /// <summary>The request, which has its dialect's own fields, with these as well.</summary>
    public static T Read<T>(JsonField fields, T request)
        where T : GenerationRequest => (T)((GenerationRequest)request with
        {
            Model = fields["model"].String(),
            Stream = fields["stream"].Bool() ?? false,
            StreamOptions = ReadStreamOptions(fields["stream_options"]),
            MaxCompletionTokens = fields["max_completion_tokens"].Int(),
            MaxTokens = fields["max_tokens"].Int(),
            Temperature = fields["temperature"].Number(),
            TopP = fields["top_p"].Number(),
            TopK = fields["top_k"].Int(),
            MinP = fields["min_p"].Number(),
            FrequencyPenalty = fields["frequency_penalty"].Number(),
            PresencePenalty = fields["presence_penalty"].Number(),
            RepetitionPenalty = fields["repetition_penalty"].Number(),
            LogitBias = ReadLogitBias(fields["logit_bias"]),
            Seed = fields["seed"].Long(),
            Stop = ReadStop(fields["stop"]),
            StopTokenIds = ReadIds(fields["stop_token_ids"]),
            BadWords = fields["bad_words"].Array(entry => entry.String(), GenerationRules.MaxListed) ?? [],
            N = fields["n"].Int(),
            MinTokens = fields["min_tokens"].Int(),
            IgnoreEos = fields["ignore_eos"].Bool() ?? false,
            ResponseFormat = StructuredOutputFields.Read(fields, ResponseFormatFields.Read(fields["response_format"])),
        });

    private static StreamOptions? ReadStreamOptions(JsonField field) =>
        field.CheckObject() && field.IsPresent
            ? new StreamOptions(field["include_usage"].Bool() ?? false, field["continuous_usage_stats"].Bool() ?? false)
            : null;

    private static IReadOnlyList<string> ReadStop(JsonField field)
    {
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            return field.String() is { } text ? [text] : [];
        }

        if (field.IsPresent && field.Value.ValueKind != JsonValueKind.Array)
        {
            field.Refuse("must be a string or an array of strings.");
            return [];
        }

        return field.Array(entry => entry.String(), GenerationRules.MaxStops) ?? [];
    }

    private static List<int> ReadIds(JsonField field)
    {
        var ids = field.Array(entry => entry.Int(), GenerationRules.MaxListed);
        return ids is null ? [] : [.. ids.Select(id => id!.Value)];
    }

    private static Dictionary<int, float> ReadLogitBias(JsonField field)
    {
        var biases = new Dictionary<int, float>();
        if (!field.CheckObject() || !field.IsPresent || !field.CheckCount(field.Value.GetPropertyCount(), GenerationRules.MaxBiases))
        {
            return biases;
        }

        foreach (var (name, entry) in field.Members())
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                field.Refuse("must map token ids, written as whole numbers, to biases.");
                break;
            }

            if (entry.Number() is { } bias)
            {
                biases[id] = Math.Clamp(bias, -100, 100);
            }
        }

        return biases;
    }
}
