using System.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Damages a file of JSON, at random: often it stays JSON.</summary>
internal static class JsonDamage
{
    private static readonly string[] s_insertions =
    [
        "null", "true", "-1", "1e99", "\"\"", "{}", "[]", "\"type\":", "{\"type\":\"Split\"}", ",", "\"ByteLevel\"", "\"Metaspace\"", "\\u0000",
        "\"byte_fallback\":true,", "\"Sequence\"", "\"\\ud800\"", "9999999", "\uFEFF",
    ];

    /// <summary>The text with one to three pieces put in, taken out, changed or doubled.</summary>
    public static string Of(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(result.Length);
            switch (random.Next(5))
            {
                case 0:
                    result.Remove(at, Math.Min(random.Next(1, 20), result.Length - at));
                    break;
                case 1:
                    result.Insert(at, s_insertions[random.Next(s_insertions.Length)]);
                    break;
                case 2:
                    result[at] = (char)random.Next(0x20, 0x7F);
                    break;
                case 3:
                    ReplaceValue(result, at, s_insertions[random.Next(s_insertions.Length)]);
                    break;
                default:
                    result.Insert(at, result.ToString(at, Math.Min(random.Next(1, 60), result.Length - at)));
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>Replaces what stands between the next colon and the comma after it, which often leaves valid JSON.</summary>
    private static void ReplaceValue(StringBuilder text, int from, string value)
    {
        var whole = text.ToString();
        var colon = whole.IndexOf(':', from);
        var comma = colon < 0 ? -1 : whole.IndexOfAny([',', '}'], colon);
        if (comma > 0)
        {
            text.Remove(colon + 1, comma - colon - 1).Insert(colon + 1, value);
        }
    }
}
