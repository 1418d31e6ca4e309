using System.Globalization;
using Rill.Chat.Input;
using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat;

/// <summary>Texts to ids and back for those who ask for no more than that.</summary>
internal static class Tokenization
{
    /// <summary>Most UTF-16 units of a decoded text: a token may have many, and a small body many tokens.</summary>
    public const int MostText = 4 << 20;

    /// <summary>The ids of a text.</summary>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public static (IReadOnlyList<int> Ids, ApiError? Error) Encode(
        TokenizeRequest request, ChatModel model, ChatRequestLimits limits, CancellationToken cancellationToken)
    {
        if (CheckModel(request.Model, limits) is { } unknown)
        {
            return ([], unknown);
        }

        try
        {
            var text = request.ParseSpecial ? PromptText.OfTemplate(request.Prompt!) : PromptText.OfRequest(request.Prompt!);
            return (TextPrompt.Encode(text, model.Tokenizer, request.AddSpecialTokens, cancellationToken), null);
        }
        catch (EncodingLimitException refused)
        {
            return ([], ApiError.InvalidValue("prompt", refused.Message));
        }
    }

    /// <summary>The text of ids.</summary>
    public static (DetokenizeAnswer? Answer, ApiError? Error) Decode(DetokenizeRequest request, ChatModel model, ChatRequestLimits limits)
    {
        if (CheckModel(request.Model, limits) is { } unknown)
        {
            return (null, unknown);
        }

        foreach (var id in request.Tokens)
        {
            if (!model.Tokenizer.Contains(id))
            {
                return (null, ApiError.InvalidValue("tokens", string.Create(CultureInfo.InvariantCulture, $"tokens holds {id}, which is no token of the model.")));
            }
        }

        return TextPrompt.Decode(request.Tokens, model.Tokenizer, MostText) is { } text
            ? (new DetokenizeAnswer(text), null)
            : (null, ApiError.InvalidValue("tokens", string.Create(
                CultureInfo.InvariantCulture, $"tokens makes a text of more than {MostText} characters: send them in parts.")));
    }

    /// <summary>Each id's text for people.</summary>
    public static IReadOnlyList<string> Texts(IReadOnlyList<int> ids, ITokenizer tokenizer) => [.. ids.Select(id => TokenText.Display(tokenizer, id))];

    private static ApiError? CheckModel(string? model, ChatRequestLimits limits) =>
        model is null || limits.ModelIds.Contains(model) ? null : ApiError.ModelNotFound(model);
}
