using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>Writes a request's options under their names in the server's API.</summary>
internal static class OptionsJson
{
    /// <summary>Writes all that is set.</summary>
    /// <exception cref="NotSupportedException">An option that cannot be honoured; the message names it.</exception>
    public static void Write(Utf8JsonWriter writer, ChatOptions options)
    {
        Refuse(options);
        WriteText(writer, "model", options.ModelId);
        WriteNumber(writer, "temperature", options.Temperature);
        WriteNumber(writer, "top_p", options.TopP);
        WriteNumber(writer, "frequency_penalty", options.FrequencyPenalty);
        WriteNumber(writer, "presence_penalty", options.PresencePenalty);
        WriteWhole(writer, "top_k", options.TopK);
        WriteWhole(writer, "max_completion_tokens", options.MaxOutputTokens);
        WriteWhole(writer, "seed", options.Seed);
        if (options.StopSequences is { Count: > 0 } stops)
        {
            writer.WriteStartArray("stop");
            foreach (var stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }

        WriteReasoning(writer, options.Reasoning);
        FormatJson.Write(writer, options.ResponseFormat, FieldsOfOurOwn.IsStrict(options.AdditionalProperties) ?? true);
        ToolsJson.Write(writer, options);
        FieldsOfOurOwn.Write(writer, options.AdditionalProperties);
    }

    /// <summary>What only a service can do that keeps conversations or works while nobody waits, and what only another client can send.</summary>
    private static void Refuse(ChatOptions options)
    {
        var (refused, remedy) = options switch
        {
            { ConversationId: not null } => (nameof(options.ConversationId), "nothing is kept between requests, so send all messages"),
            { AllowBackgroundResponses: true } => (nameof(options.AllowBackgroundResponses), "answers are made while they are waited for"),
            { ContinuationToken: not null } => (nameof(options.ContinuationToken), "answers are made while they are waited for"),
            { RawRepresentationFactory: not null } => (nameof(options.RawRepresentationFactory), "give the server's own fields in AdditionalProperties, under their names"),
            { Reasoning.Output: ReasoningOutput.Summary } => ("Reasoning.Output Summary", "say Full, or None to leave reasoning out"),
            _ => (null, null),
        };
        if (refused is not null)
        {
            throw new NotSupportedException($"ChatOptions.{refused} is not supported: {remedy}.");
        }
    }

    private static void WriteReasoning(Utf8JsonWriter writer, ReasoningOptions? reasoning)
    {
        if (reasoning?.Effort is { } effort)
        {
            writer.WriteString("reasoning_effort", effort switch
            {
                ReasoningEffort.None => "none",
                ReasoningEffort.Low => "low",
                ReasoningEffort.Medium => "medium",
                ReasoningEffort.High => "high",
                ReasoningEffort.ExtraHigh => "xhigh",
                _ => throw new NotSupportedException($"ChatOptions.Reasoning.Effort {effort} is not supported."),
            });
        }

        if (reasoning?.Output == ReasoningOutput.None)
        {
            writer.WriteBoolean("include_reasoning", false);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    /// <summary>What JSON cannot hold is told here; all other ranges are the server's to check.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is { } number && !float.IsFinite(number))
        {
            throw new RillRequestException($"{name} must be a finite number.", "invalid_value") { Parameter = name };
        }

        if (value is { } finite)
        {
            writer.WriteNumber(name, finite);
        }
    }

    private static void WriteWhole(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
