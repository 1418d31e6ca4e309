using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rill.OpenAI;

/// <summary>Reads a request for embeddings from its JSON, by the rules of <see cref="ChatRequestReader"/>.</summary>
public static class EmbeddingRequestReader
{
    /// <summary>Reads a request; exactly one of the two results is set.</summary>
    /// <param name="utf8Json">The whole body.</param>
    /// <param name="request">The request, its ranges not yet checked.</param>
    /// <param name="error">The first thing wrong with it.</param>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json,
        [NotNullWhen(true)] out EmbeddingRequest? request,
        [NotNullWhen(false)] out ApiError? error) => RequestJson.TryRead(utf8Json, ReadFields, out request, out error);

    private static EmbeddingRequest ReadFields(JsonField fields)
    {
        UnsupportedFields.CheckEmbedding(fields);
        return new EmbeddingRequest
        {
            Model = fields["model"].String(),
            Inputs = PromptFields.Read(fields["input"], EmbeddingRequestRules.MaxInputs),
            Format = ReadFormat(fields["encoding_format"]),
            Dimensions = fields["dimensions"].Int(),
            AddSpecialTokens = fields["add_special_tokens"].Bool() ?? true,
        };
    }

    private static EmbeddingFormat ReadFormat(JsonField field)
    {
        switch (field.String())
        {
            case null or "float":
                return EmbeddingFormat.Float;
            case "base64":
                return EmbeddingFormat.Base64;
            default:
                field.Refuse("must be float or base64.");
                return EmbeddingFormat.Float;
        }
    }
}
