namespace Rill.Text.Grammar.Strings;

/// <summary>
/// The formats of JSON Schema as regular expressions. Each accepts nothing that its specification forbids; some accept less than it allows,
/// where what is left out is hardly ever written.
/// </summary>
internal static class StringFormats
{
    // Years 0000 to 9999 with the days that each has: February 29 in years that 4 divides, and not 100 unless 400.
    private const string LeapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private const string Date =
        "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        + "|" + LeapYear + "-02-29)";

    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string IPv4 = "(?:" + Octet + "\\.){3}" + Octet;
    // At most 253 characters: seven labels of at most 35. No hyphens in the third and fourth place, which are for encoded names.
    private const string Label =
        "(?:[a-zA-Z0-9]{1,2}|[a-zA-Z0-9][a-zA-Z0-9-](?:[a-zA-Z0-9]|-[a-zA-Z0-9])(?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?)";

    private const string Host = Label + "(?:\\." + Label + "){0,6}";
    private const string H16 = "[0-9a-fA-F]{1,4}";
    private const string Escaped = "%[0-9a-fA-F]{2}";
    private const string PathCharacter = "(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|" + Escaped + ")";
    private const string Rest = "(?:\\?(?:" + PathCharacter + "|[/?])*)?(?:#(?:" + PathCharacter + "|[/?])*)?";
    private const string Authority = "//(?:(?:[a-zA-Z0-9._~!$&'()*+,;=:-]|" + Escaped + ")*@)?(?:[a-zA-Z0-9._~!$&'()*+,;=-]|" + Escaped + ")*(?::[0-9]*)?";
    private const string Scheme = "[a-zA-Z][a-zA-Z0-9+.-]*:";
    private const string Absolute = Scheme + "(?:" + Authority + "(?:/" + PathCharacter + "*)*|/?" + PathCharacter + "+(?:/" + PathCharacter + "*)*|/)?" + Rest;
    private const string Relative = "(?:" + Authority + "(?:/" + PathCharacter + "*)*|/(?:" + PathCharacter + "+(?:/" + PathCharacter + "*)*)?|(?:[a-zA-Z0-9._~!$&'()*+,;=@-]|"
        + Escaped + ")+(?:/" + PathCharacter + "*)*)?" + Rest;

    private static readonly Dictionary<string, string> s_expressions = new()
    {
        ["date-time"] = Whole(Date + "[Tt]" + Time),
        ["date"] = Whole(Date),
        ["time"] = Whole(Time),
        ["duration"] = Whole(
            "P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T" + DurationTime + ")?|T" + DurationTime + ")"),
        ["email"] = Whole("[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*@" + Host),
        ["hostname"] = Whole(Host),
        ["ipv4"] = Whole(IPv4),
        ["ipv6"] = Whole(IPv6()),
        ["uuid"] = Whole("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
        ["uri"] = Whole(Absolute),
        ["uri-reference"] = Whole("(?:" + Absolute + "|" + Relative + ")"),
        ["iri"] = Whole(Absolute),
        ["iri-reference"] = Whole("(?:" + Absolute + "|" + Relative + ")"),
        ["json-pointer"] = Whole("(?:/(?:[^~/]|~[01])*)*"),
        ["relative-json-pointer"] = Whole("(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)"),
        ["uri-template"] = Whole("(?:[a-zA-Z0-9._~!$&()*+,;=:@/?#-]|" + Escaped + "|\\{[+#./;?&]?[a-zA-Z0-9_]+(?:,[a-zA-Z0-9_]+)*\\})*"),
        ["regex"] = "",
        ["idn-email"] = "",
        ["idn-hostname"] = "",
    };

    private const string DurationTime = "(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)";

    /// <summary>
    /// The expression of a format; empty for one that a specification defines and that is not enforced; null for a name that none defines,
    /// which says nothing of a text.
    /// </summary>
    public static string? Find(string name) => s_expressions.GetValueOrDefault(name);

    private static string Whole(string expression) => $"^{expression}$";

    /// <summary>Eight groups, of which one run of at least one may be left out.</summary>
    private static string IPv6()
    {
        var last = $"(?:{H16}:{H16}|{IPv4})";
        var forms = new List<string> { $"(?:{H16}:){{6}}{last}", $"::(?:{H16}:){{5}}{last}" };
        for (var before = 1; before <= 5; before++)
        {
            forms.Add($"(?:(?:{H16}:){{0,{before - 1}}}{H16})?::" + (before < 5 ? $"(?:{H16}:){{{5 - before}}}" : "") + last);
        }

        forms.Add($"(?:(?:{H16}:){{0,5}}{H16})?::{H16}");
        forms.Add($"(?:(?:{H16}:){{0,6}}{H16})?::");
        return $"(?:{string.Join('|', forms)})";
    }
}
