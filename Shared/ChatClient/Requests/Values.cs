using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Requests;

/// <summary>Values of a program as JSON, as Microsoft's client of OpenAI's API writes them.</summary>
internal static class Values
{
    /// <summary>The JSON text of a value.</summary>
    public static string Text(object value) => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));

    /// <summary>Writes a member.</summary>
    public static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));
        }
    }
}
