using System.Globalization;

namespace Rill.Text.Jinja;

/// <summary>json.dumps as the tojson filter calls it: no HTML escapes, and by default no escapes beyond ASCII.</summary>
internal sealed class PythonJson
{
    private const int DeepestValue = 200;

    private readonly TextBuilder _builder = new();

    /// <summary>What an indented line begins with for each level; null for one line.</summary>
    public JinjaText? Indent { get; init; }

    public required JinjaText ItemSeparator { get; init; }

    public required JinjaText KeySeparator { get; init; }

    public bool EscapesNonAscii { get; init; }

    public bool SortsKeys { get; init; }

    public JinjaText Write(object? value)
    {
        Append(value, depth: 0);
        return _builder.ToText();
    }

    private void Append(object? value, int depth)
    {
        if (depth > DeepestValue)
        {
            throw new ChatTemplateException("The chat template writes JSON that is nested too deeply.");
        }

        switch (value)
        {
            case JinjaText text:
                AppendString(text);
                break;
            case ListValue list:
                AppendItems('[', ']', list.Items, depth, item => Append(item, depth + 1));
                break;
            case DictValue dict:
                AppendItems('{', '}', Members(dict), depth, member => AppendMember(member, depth));
                break;
            default:
                _builder.Append(FormatScalar(value) ?? throw NotSerializable(value));
                break;
        }
    }

    private static ChatTemplateException NotSerializable(object? value) =>
        new($"Object of type {PythonValues.TypeName(value)} is not JSON serializable");

    private List<(object? Key, object? Value)> Members(DictValue dict)
    {
        List<(object? Key, object? Value)> members = [.. dict.Items];
        return SortsKeys ? [.. members.Order(Comparer<(object? Key, object? Value)>.Create(CompareKeys))] : members;
    }

    private static int CompareKeys((object? Key, object? Value) left, (object? Key, object? Value) right) =>
        PythonComparison.Compare(left.Key, right.Key);

    private void AppendMember((object? Key, object? Value) member, int depth)
    {
        AppendString(member.Key as JinjaText
            ?? JinjaText.OfTemplate(FormatScalar(member.Key) ?? throw NotSerializable(member.Key)));
        _builder.Append(KeySeparator);
        Append(member.Value, depth + 1);
    }

    private void AppendItems<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> append)
    {
        _builder.Append(open.ToString());
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                _builder.Append(ItemSeparator);
            }

            AppendLine(depth + 1);
            append(items[index]);
        }

        if (items.Count > 0)
        {
            AppendLine(depth);
        }

        _builder.Append(close.ToString());
    }

    private void AppendLine(int depth)
    {
        if (Indent is null)
        {
            return;
        }

        _builder.Append("\n");
        for (var level = 0; level < depth; level++)
        {
            _builder.Append(Indent);
        }
    }

    private static string? FormatScalar(object? value) => value switch
    {
        null => "null",
        bool boolean => boolean ? "true" : "false",
        double number when double.IsNaN(number) => "NaN",
        double number when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        _ when PythonNumbers.IsNumber(value) => PythonText.Str(value).Value,
        _ => null,
    };

    private void AppendString(JinjaText text)
    {
        _builder.Append("\"");
        var copied = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (Escape(text.Value[index]) is not { } escape)
            {
                continue;
            }

            _builder.Append(text, copied, index).Append(text.Slice(index, index + 1).Derive(escape));
            copied = index + 1;
        }

        _builder.Append(text, copied, text.Length).Append("\"");
    }

    private string? Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\b' => @"\b",
        '\f' => @"\f",
        < ' ' => Hex(character),
        > '~' when EscapesNonAscii => Hex(character),
        _ => null,
    };

    private static string Hex(char character) => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}");
}
