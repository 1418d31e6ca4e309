using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rill.OpenAI;

/// <summary>Reads requests to tokenize and detokenize from their JSON, by the rules of <see cref="ChatRequestReader"/>.</summary>
public static class TokenizeRequestReader
{
    /// <summary>Reads a request to tokenize; exactly one of the two results is set.</summary>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out TokenizeRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, Read, out request, out error);

    /// <summary>Reads a request to detokenize; exactly one of the two results is set.</summary>
    public static bool TryRead(
        ReadOnlySequence<byte> utf8Json, [NotNullWhen(true)] out DetokenizeRequest? request, [NotNullWhen(false)] out ApiError? error) =>
        RequestJson.TryRead(utf8Json, ReadIds, out request, out error);

    private static TokenizeRequest Read(JsonField fields)
    {
        var isChat = fields["messages"].IsPresent;
        var prompt = fields["prompt"];
        if (isChat && prompt.IsPresent)
        {
            prompt.Refuse("and messages must not both be given.");
        }
        else if (!isChat && !prompt.IsPresent)
        {
            prompt.Miss();
        }

        return new TokenizeRequest
        {
            Model = fields["model"].String(),
            Prompt = prompt.String(),
            Chat = isChat ? ChatRequestReader.ReadFields(fields) : null,
            AddSpecialTokens = fields["add_special_tokens"].Bool() ?? true,
            ParseSpecial = fields["parse_special"].Bool() ?? true,
            ReturnTokenStrs = fields["return_token_strs"].Bool() ?? false,
        };
    }

    private static DetokenizeRequest ReadIds(JsonField fields)
    {
        var tokens = fields["tokens"];
        if (!tokens.IsPresent)
        {
            tokens.Miss();
        }

        return new(fields["model"].String(), tokens.TokenIds() ?? []);
    }
}
