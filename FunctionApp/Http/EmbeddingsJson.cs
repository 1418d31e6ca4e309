using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rill.Chat.Embeddings;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>
/// Writes embeddings vector by vector, since all of them together may be a hundred megabytes of text. A float is written with the fewest
/// digits from which the same float is read again, so that both formats have the same bits.
/// </summary>
internal static class EmbeddingsJson
{
    /// <summary>Writes the whole answer, perhaps behind white space that was sent already.</summary>
    /// <exception cref="OperationCanceledException">The request has ended on the way; the answer is cut.</exception>
    public static async Task WriteAsync(
        HttpResponse response, IReadOnlyList<float[]> vectors, EmbeddingFormat format, EmbeddingRun run, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
        {
            response.ContentType = JsonResponse.MediaType;
        }

        await using var json = new Utf8JsonWriter(response.BodyWriter, OpenAIJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var index = 0; index < vectors.Count; index++)
        {
            Write(json, index, vectors[index], format);
            await json.FlushAsync(cancellationToken);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteString("model", run.Model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", run.PromptTokens);
        json.WriteNumber("total_tokens", run.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, int index, float[] vector, EmbeddingFormat format)
    {
        json.WriteStartObject();
        json.WriteString("object", "embedding");
        json.WriteNumber("index", index);
        if (format == EmbeddingFormat.Base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            json.WriteBase64String("embedding", bytes);
        }
        else
        {
            json.WriteStartArray("embedding");
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
