using System.Text.Json;

namespace Rill.Chat.Format.Derivation;

/// <summary>Where a template wrote a call, and how.</summary>
/// <param name="Start">Where its own text begins: the object, or the name or id.</param>
/// <param name="End">Where it ends, behind the arguments.</param>
/// <param name="Parts">What it consists of.</param>
/// <param name="Arguments">How the arguments are written.</param>
internal sealed record CallSpan(int Start, int End, IReadOnlyList<CallPart> Parts, ArgumentEncoding Arguments)
{
    private const int NearestId = 120;

    /// <summary>Finds a call; null where it is not to be made out.</summary>
    /// <param name="text">An answer without what stands before its calls.</param>
    /// <param name="call">The call.</param>
    /// <param name="from">Where to look.</param>
    public static CallSpan? Find(string text, NeedleCall call, int from)
    {
        var name = text.IndexOf(call.Name, from, StringComparison.Ordinal);
        if (name < 0)
        {
            return null;
        }

        return JsonSpan.Around(text, name, value => IsWhole(value, call)) is { } whole ? OfObject(whole, call) : OfParts(text, call, from, name);
    }

    private static bool IsWhole(JsonElement value, NeedleCall call) =>
        HoldsArguments(value, call) is not null && (JsonSpan.PathTo(value, each => Is(each, call.Name)) is not null || value.TryGetProperty(call.Name, out _));

    private static IReadOnlyList<string>? HoldsArguments(JsonElement value, NeedleCall call) =>
        JsonSpan.PathTo(value, each => call.IsArguments(each) || (JsonSpan.Decode(each) is { } inner && call.IsArguments(inner)));

    private static bool Is(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.GetString() == text;

    private static CallSpan OfObject(JsonSpan whole, NeedleCall call)
    {
        CallPart[] parts = [new(CallPartKind.Arguments)];
        if (whole.Value.TryGetProperty(call.Name, out _))
        {
            return new(whole.Start, whole.End, parts, new(ArgumentKind.NameIsKey));
        }

        var arguments = HoldsArguments(whole.Value, call)!;
        return new(whole.Start, whole.End, parts, new(ArgumentKind.JsonObject)
        {
            NamePath = JsonSpan.PathTo(whole.Value, each => Is(each, call.Name))!,
            ArgumentsPath = arguments,
            IdPath = JsonSpan.PathTo(whole.Value, each => Is(each, call.Id)) ?? Counter(whole.Value, call) ?? [],
            ArgumentsAreText = arguments.Aggregate(whole.Value, (value, key) => value.GetProperty(key)).ValueKind == JsonValueKind.String,
        });
    }

    /// <summary>A member that numbers the calls is their id.</summary>
    private static string[]? Counter(JsonElement value, NeedleCall call)
    {
        var number = call == NeedleCall.First ? "0" : "1";
        return value.EnumerateObject().Where(member => Is(member.Value, number)).Select(member => new[] { member.Name }).FirstOrDefault();
    }

    private static CallSpan? OfParts(string text, NeedleCall call, int from, int name)
    {
        var key = text.IndexOf(call.TextKey, name, StringComparison.Ordinal);
        if (key < 0)
        {
            return null;
        }

        ArgumentEncoding? encoding = null;
        int start = 0, end = 0;
        if (JsonSpan.Around(text, key, call.IsArguments) is { } json && json.Start > name)
        {
            (encoding, start, end) = (new(ArgumentKind.Json), json.Start, json.End);
        }
        else if (JsonSpan.StringAround(text, key, call.IsArguments) is { } quoted && quoted.Start > name)
        {
            (encoding, start, end) = (new(ArgumentKind.JsonString), quoted.Start, quoted.End);
        }
        else if (MarkedArguments.Find(text, call, name + call.Name.Length) is { } marked)
        {
            (encoding, start, end) = (marked.Encoding, marked.Start, marked.End);
        }

        return encoding is null ? null : Assemble(text, call, Math.Max(from, name - NearestId), name, start, end, encoding);
    }

    private static CallSpan Assemble(string text, NeedleCall call, int from, int name, int start, int end, ArgumentEncoding encoding)
    {
        var parts = new List<CallPart>();
        var idBefore = text.IndexOf(call.Id, from, name - from, StringComparison.Ordinal);
        if (idBefore >= 0)
        {
            parts.Add(new(CallPartKind.Id));
            AddLiteral(text[(idBefore + call.Id.Length)..name]);
        }

        parts.Add(new(CallPartKind.Name));
        var glue = text[(name + call.Name.Length)..start];
        var idAfter = idBefore < 0 ? glue.IndexOf(call.Id, StringComparison.Ordinal) : -1;
        if (idAfter >= 0)
        {
            AddLiteral(glue[..idAfter]);
            parts.Add(new(CallPartKind.Id));
            glue = glue[(idAfter + call.Id.Length)..];
        }

        AddLiteral(glue);
        parts.Add(new(CallPartKind.Arguments));
        return new(idBefore >= 0 ? idBefore : name, end, parts, encoding);

        void AddLiteral(string literal)
        {
            if (literal.Trim().Length > 0)
            {
                parts.Add(new(CallPartKind.Literal, literal));
            }
        }
    }
}
