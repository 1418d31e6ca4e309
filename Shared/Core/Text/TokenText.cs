using System.Text;

namespace Rill.Text;

/// <summary>How a single token is shown in logprobs.</summary>
public static class TokenText
{
    /// <summary>The token's text for people: U+FFFD stands where its bytes are only a part of a character.</summary>
    public static string Display(ITokenizer tokenizer, int tokenId) => Encoding.UTF8.GetString(tokenizer.GetBytes(tokenId));

    /// <summary>
    /// The token's exact bytes, as integers in [0, 255]: joined over a completion they are its text in UTF-8, with the space that some models
    /// drop at its beginning.
    /// </summary>
    public static int[] Bytes(ITokenizer tokenizer, int tokenId)
    {
        var bytes = tokenizer.GetBytes(tokenId);
        var values = new int[bytes.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = bytes[index];
        }

        return values;
    }
}
