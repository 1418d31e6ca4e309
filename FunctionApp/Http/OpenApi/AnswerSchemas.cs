using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rill.Anthropic;
using Rill.FunctionApp.Http.Messages;
using Rill.OpenAI;
using Rill.OpenAI.Responses;
using StopReason = Rill.OpenAI.StopReason;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>
/// The schemas of answers, made of the records that are serialized, by the serializer's own account of them: a member that is written is
/// described, under the name under which it is written.
/// </summary>
internal sealed class AnswerSchemas
{
    private static readonly JsonSchemaExporterOptions s_options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    /// <summary>What the records do not say of their members.</summary>
    private static readonly Dictionary<Type, Func<JsonObject>> s_written = new()
    {
        [typeof(JsonElement)] = Schema.Any,
        [typeof(StopReason)] = () => Schema.Either(Schema.AnyText(), Schema.Whole()),
        [typeof(ChunkUsage)] = () => Schema.Either(Schema.Named(nameof(Usage)), new JsonObject { ["type"] = "null" }),
    };

    private readonly JsonObject _schemas;

    private AnswerSchemas(JsonObject schemas) => _schemas = schemas;

    /// <summary>Adds the schemas of all answers, each record under its name.</summary>
    public static void AddTo(JsonObject schemas)
    {
        var answers = new AnswerSchemas(schemas);
        answers.Add(
            OpenAIJson.Wire.ChatCompletion, OpenAIJson.Wire.ChatCompletionChunk, OpenAIJson.Wire.Completion, OpenAIJson.Wire.ModelList,
            OpenAIJson.Wire.TokenizeAnswer, OpenAIJson.Wire.DetokenizeAnswer, OpenAIJson.Wire.ErrorBody);
        answers.Add(
            ResponsesJson.Wire.Response, ResponsesJson.Wire.ResponseEvent, ResponsesJson.Wire.ResponseErrorEvent, ResponsesJson.Wire.ResponseItemList,
            ResponsesJson.Wire.DeletedResponse, ResponsesJson.Wire.ResponseInputTokens);
        answers.Add(
            MessageJson.Wire.Message, MessageJson.Wire.MessageEvent, MessageJson.Wire.TokenCount, MessageJson.Wire.MessageErrorBody);
        answers.Add(ProbeJson.Default.ProbeEvent);
    }

    /// <summary>The name under which a record's schema stands. Anthropic's records have names that OpenAI's have too.</summary>
    public static string NameOf(Type type) => type.Namespace == typeof(Message).Namespace ? "Anthropic" + type.Name : type.Name;

    private void Add(params ReadOnlySpan<JsonTypeInfo> types)
    {
        foreach (var type in types)
        {
            Add(type);
        }
    }

    /// <summary>Adds a record and those that it is made of.</summary>
    private void Add(JsonTypeInfo type)
    {
        if (_schemas.ContainsKey(NameOf(type.Type)))
        {
            return;
        }

        _schemas[NameOf(type.Type)] = null;    // its place
        _schemas[NameOf(type.Type)] = type.GetJsonSchemaAsNode(s_options);
        IEnumerable<JsonTypeInfo> shapes = [type, .. (type.PolymorphismOptions?.DerivedTypes ?? []).Select(derived => type.Options.GetTypeInfo(derived.DerivedType))];
        foreach (var property in shapes.SelectMany(shape => shape.Properties))
        {
            var member = type.Options.GetTypeInfo(property.PropertyType);
            member = member.ElementType is { } element ? type.Options.GetTypeInfo(element) : member;
            if (IsNamed(member) && property.CustomConverter is null)
            {
                Add(member);
            }
        }
    }

    private static bool IsNamed(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object && !s_written.ContainsKey(type.Type);

    private static JsonObject Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (s_written.TryGetValue(Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type, out var written))
        {
            return written();
        }

        if (context.PropertyInfo is { CustomConverter: not null } || schema is not JsonObject described)
        {
            return Schema.AnyObject();    // a JSON text that is written as it is
        }

        if (described["enum"] is JsonArray words)
        {
            described["type"] = words.Contains(null) ? Schema.Array("string", "null") : "string";
        }

        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object)
        {
            return described;
        }

        if (context.Path.Length > 0 && context.BaseTypeInfo is null)
        {
            var named = Schema.Named(NameOf(context.TypeInfo.Type));
            return described["type"] is JsonArray ? Schema.OrNull(named) : named;
        }

        Require(described, context.TypeInfo);
        foreach (var property in context.TypeInfo.Properties.Where(property => property.IsGetNullable && ConditionOf(property) is null))
        {
            NeverNull(described["properties"]![property.Name]!.AsObject());
        }

        return described;
    }

    /// <summary>Members that are always written: those that cannot be null, and those of which null is told.</summary>
    private static void Require(JsonObject schema, JsonTypeInfo type)
    {
        var names = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>())
            .Where(name => type.Properties.All(property => property.Name != name))
            .Concat(type.Properties.Where(IsAlwaysWritten).Select(property => property.Name));
        schema["required"] = Schema.Array([.. names]);
        if (schema["type"] is JsonArray)
        {
            schema["type"] = "object";
        }
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        ConditionOf(property) is { } condition ? condition == JsonIgnoreCondition.Never : !property.IsGetNullable;

    /// <summary>When a member is left out; null where only null is.</summary>
    private static JsonIgnoreCondition? ConditionOf(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute ignore] ? ignore.Condition : null;

    /// <summary>A member that is left out in place of null.</summary>
    private static void NeverNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types)
        {
            schema["type"] = types[0]!.DeepClone();
        }
        else if (schema["anyOf"] is JsonArray choices && (string?)choices[^1]!["type"] == "null")
        {
            schema.Remove("anyOf");
            schema["$ref"] = choices[0]!["$ref"]!.DeepClone();
        }
    }
}
