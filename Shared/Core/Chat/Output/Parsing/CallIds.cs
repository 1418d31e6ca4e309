using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>Ids of calls to which the model gives none.</summary>
internal static class CallIds
{
    private const string Characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>A new id.</summary>
    /// <param name="pattern">How it is spelled: see <see cref="Format.ToolFormat.CallId"/>.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="number">The call's number.</param>
    public static string New(string pattern, string name, string number)
    {
        var id = new StringBuilder();
        for (var start = 0; start < pattern.Length;)
        {
            var close = pattern[start] == '{' ? pattern.IndexOf('}', start) : -1;
            if (close < 0)
            {
                id.Append(pattern[start++]);
                continue;
            }

            var place = pattern[(start + 1)..close];
            id.Append(place switch
            {
                "name" => name,
                "index" => number,
                _ => RandomNumberGenerator.GetString(Characters, int.Parse(place, CultureInfo.InvariantCulture)),
            });
            start = close + 1;
        }

        return id.ToString();
    }

    /// <summary>A number's digits.</summary>
    public static string Number(int index) => index.ToString(CultureInfo.InvariantCulture);
}
