namespace Rill.Text.Jinja;

/// <summary>The methods of str. Each keeps track of who wrote what.</summary>
internal static class TextMethods
{
    public static IEnumerable<Function> All =>
    [
        new("upper", "", call => TextCase.Upper(call.Text)),
        new("lower", "", call => TextCase.Lower(call.Text)),
        new("casefold", "", call => TextCase.Fold(call.Text)),
        new("title", "", call => TextCase.Title(call.Text)),
        new("capitalize", "", call => TextCase.Capitalize(call.Text)),
        new("swapcase", "", call => TextCase.Swap(call.Text)),
        new("strip", "chars?", call => call.Text.Trim(Characters(call), atStart: true, atEnd: true)),
        new("lstrip", "chars?", call => call.Text.Trim(Characters(call), atStart: true, atEnd: false)),
        new("rstrip", "chars?", call => call.Text.Trim(Characters(call), atStart: false, atEnd: true)),
        new("startswith", "prefix start? end?", call => AnyOf(call, (text, part) => text.StartsWith(part, StringComparison.Ordinal))),
        new("endswith", "suffix start? end?", call => AnyOf(call, (text, part) => text.EndsWith(part, StringComparison.Ordinal))),
        new("removeprefix", "prefix", RemovePrefix),
        new("removesuffix", "suffix", RemoveSuffix),
        new("replace", "old new count?", call => TextSearch.Replace(call.Text, call.TextAt(0), call.TextAt(1), call.Integer(2, -1))),
        new("split", "sep? maxsplit?", call => new ListValue(TextSplit.Split(call.Text, Separator(call), call.Integer(1, -1)))),
        new("rsplit", "sep? maxsplit?", call => new ListValue(TextSplit.SplitFromEnd(call.Text, Separator(call), call.Integer(1, -1)))),
        new("splitlines", "keepends?", call => new ListValue(TextSplit.Lines(call.Text, call.Flag(0, false)))),
        new("partition", "sep", call => TextSplit.Partition(call.Text, call.TextAt(0), fromEnd: false)),
        new("rpartition", "sep", call => TextSplit.Partition(call.Text, call.TextAt(0), fromEnd: true)),
        new("join", "iterable", call => TextSearch.Join(call.Text, call.Context.Iterate(call[0]))),
        new("find", "sub start? end?", call => Find(call, fromEnd: false)),
        new("rfind", "sub start? end?", call => Find(call, fromEnd: true)),
        new("index", "sub start? end?", call => Found(Find(call, fromEnd: false))),
        new("rindex", "sub start? end?", call => Found(Find(call, fromEnd: true))),
        new("count", "sub start? end?", call => TextSearch.Count(Part(call), call.TextAt(0))),
        new("format", "*", call => BraceFormat.Apply(call.Text, call.Arguments)),
        new("zfill", "width", call => TextLayout.ZeroFill(call.Text, call.Integer(0, 0))),
        new("ljust", "width fillchar?", call => TextLayout.Pad(call.Text, call.Integer(0, 0), Fill(call), before: 0)),
        new("rjust", "width fillchar?", call => TextLayout.Pad(call.Text, call.Integer(0, 0), Fill(call), before: 1)),
        new("center", "width fillchar?", call => TextLayout.Center(call.Text, call.Integer(0, 0), Fill(call))),
        new("isdigit", "", call => TextCase.All(call.Text, char.IsDigit)),
        new("isdecimal", "", call => TextCase.All(call.Text, char.IsDigit)),
        new("isnumeric", "", call => TextCase.All(call.Text, char.IsNumber)),
        new("isalpha", "", call => TextCase.All(call.Text, char.IsLetter)),
        new("isalnum", "", call => TextCase.All(call.Text, character => char.IsLetter(character) || char.IsNumber(character))),
        new("isspace", "", call => TextCase.All(call.Text, PythonCharacters.IsSpace)),
        new("isupper", "", call => TextCase.IsUpper(call.Text.Value)),
        new("islower", "", call => TextCase.IsLower(call.Text.Value)),
    ];

    private static string? Characters(BoundCall call) => call.Or(0, null) is null ? null : call.TextAt(0).Value;

    private static JinjaText? Separator(BoundCall call) => call.Or(0, null) is null ? null : call.TextAt(0);

    private static JinjaText Fill(BoundCall call) => call.Has(1) ? call.TextAt(1) : JinjaText.OfTemplate(" ");

    private static bool AnyOf(BoundCall call, Func<string, string, bool> test) => call[0] is ListValue { IsTuple: true } several
        ? several.Items.Any(part => part is JinjaText text && test(Part(call).Value, text.Value))
        : test(Part(call).Value, call.TextAt(0).Value);

    /// <summary>The part of the text that the arguments start and end name; the whole without them.</summary>
    private static JinjaText Part(BoundCall call) => call.Has(1) || call.Has(2)
        ? (JinjaText)PythonIndexing.Slice(call.Text, call.Or(1, null), call.Or(2, null), null)!
        : call.Text;

    private static long Find(BoundCall call, bool fromEnd)
    {
        var found = TextSearch.IndexOf(Part(call), call.TextAt(0), fromEnd);
        var start = call.Or(1, null) is null ? 0 : call.Integer(1, 0);
        return found < 0 ? -1 : found + (start < 0 ? Math.Max(0, start + PythonValues.Length(call.Text)) : start);
    }

    private static long Found(long index) => index >= 0 ? index : throw new ChatTemplateException("substring not found");

    private static JinjaText RemovePrefix(BoundCall call)
    {
        var (text, prefix) = (call.Text, call.TextAt(0));
        return text.Value.StartsWith(prefix.Value, StringComparison.Ordinal) ? text.Slice(prefix.Length, text.Length) : text;
    }

    private static JinjaText RemoveSuffix(BoundCall call)
    {
        var (text, suffix) = (call.Text, call.TextAt(0));
        return text.Value.EndsWith(suffix.Value, StringComparison.Ordinal) ? text.Slice(0, text.Length - suffix.Length) : text;
    }
}
