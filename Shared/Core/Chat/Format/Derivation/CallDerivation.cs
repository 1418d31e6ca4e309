using System.Globalization;
using System.Text.RegularExpressions;

namespace Rill.Chat.Format.Derivation;

/// <summary>Compares what a template writes for one call and for two.</summary>
internal static partial class CallDerivation
{
    private static readonly string[] s_shortIds = ["length 9", "9 characters"];

    /// <summary>How calls are written; null where the template writes none, or not to be made out.</summary>
    public static ToolFormat? Derive(TemplateProbe probe, TurnShape turn)
    {
        var before = probe.Prompt(generates: false, tools: TemplateProbe.Tools) ?? "";
        foreach (var (content, argumentsAreText) in new[] { ("", false), (null, false), ("", true), (null, true) })
        {
            var one = Body([NeedleCall.First]);
            if (one is null || CallSpan.Find(one, NeedleCall.First, 0) is not { } single)
            {
                continue;
            }

            var format = Body([NeedleCall.First, NeedleCall.Second]) is { } two && Pair(two) is var (first, second)
                ? OfTwo(two, first, second, turn)
                : OfOne(one, single, turn);
            return Finish(format, probe);

            string? Body(NeedleCall[] calls)
            {
                var others = new Dictionary<string, object?> { ["tool_calls"] = calls.Select(call => call.ToTemplate(argumentsAreText)).ToList() };
                return probe.Answer(content, others, tools: TemplateProbe.Tools) is { } answer ? turn.Body(Atoms.Without(answer, before)) : null;
            }
        }

        return null;
    }

    private static (CallSpan First, CallSpan Second)? Pair(string text) =>
        CallSpan.Find(text, NeedleCall.First, 0) is { } first && CallSpan.Find(text, NeedleCall.Second, first.End) is { } second ? (first, second) : null;

    private static ToolFormat OfTwo(string text, CallSpan first, CallSpan second, TurnShape turn)
    {
        var (before, between, after) = (text[..first.Start].Trim(), text[first.End..second.Start].Trim(), text[second.End..].Trim());
        var close = Atoms.CommonStart(between, after);
        var rest = between[close.Length..];
        var open = Atoms.CommonEnd(before, rest);
        var section = Cut(before, turn, before.Length - open.Length);
        return new ToolFormat
        {
            SectionStart = section,
            SectionEnd = section.Length > 0 ? WithoutEnd(after[Atoms.CommonStart(after, between).Length..], turn) : "",
            Open = open.Trim(),
            Close = close.Trim(),
            Separator = rest[..^Math.Min(rest.Length, Atoms.CommonEnd(rest, before).Length)].Trim(),
            Call = WithIndex(first.Parts, second.Parts),
            Arguments = first.Arguments,
        };
    }

    private static ToolFormat OfOne(string text, CallSpan call, TurnShape turn) => new()
    {
        Open = Cut(text, turn, call.Start),
        Close = WithoutEnd(text[call.End..], turn),
        Call = call.Parts,
        Arguments = call.Arguments,
        Parallel = false,
    };

    /// <summary>What opens the calls, without what stands before visible text.</summary>
    private static string Cut(string text, TurnShape turn, int length)
    {
        var start = text[..length].Trim();
        return turn.ContentStart.Length > 0 && start.StartsWith(turn.ContentStart, StringComparison.Ordinal) ? start[turn.ContentStart.Length..].Trim() : start;
    }

    /// <summary>What closes the calls, without what ends the turn, and whatever the template writes behind it.</summary>
    private static string WithoutEnd(string after, TurnShape turn)
    {
        var ends = Atoms.MarksOf(turn.End);
        return (ends.Count > 0
            ? string.Concat(Atoms.Of(after).TakeWhile(atom => !ends.Contains(atom)))
            : turn.End.Length > 0 && after.Trim().EndsWith(turn.End, StringComparison.Ordinal) ? after.Trim()[..^turn.End.Length]
            : after).Trim();
    }

    /// <summary>Numbers in the text between that differ by one are the calls' numbers.</summary>
    private static List<CallPart> WithIndex(IReadOnlyList<CallPart> first, IReadOnlyList<CallPart> second)
    {
        var parts = new List<CallPart>();
        foreach (var (part, other) in first.Zip(second))
        {
            if (part.Kind == CallPartKind.Literal && Digits().Match(part.Text) is { Success: true } one && Digits().Match(other.Text) is { Success: true } two
                && Number(two) == Number(one) + 1)
            {
                parts.Add(new(CallPartKind.Literal, part.Text[..one.Index]));
                parts.Add(new(CallPartKind.Index));
                parts.Add(new(CallPartKind.Literal, part.Text[(one.Index + one.Length)..]));
            }
            else
            {
                parts.Add(part);
            }
        }

        return [.. parts.Where(part => part.Kind != CallPartKind.Literal || part.Text.Length > 0)];

        static int Number(Match match) => int.Parse(match.Value, CultureInfo.InvariantCulture);
    }

    private static ToolFormat Finish(ToolFormat format, TemplateProbe probe)
    {
        var pythonTag = probe.Holds("<|python_tag|>");
        if (format.IsBare && pythonTag)
        {
            format = format with { SectionStart = "<|python_tag|>", StartIsOptional = true, Separator = ";" };
        }

        return format with { CallId = CallId(format, probe) };
    }

    private static string CallId(ToolFormat format, TemplateProbe probe)
    {
        var index = format.Call.ToList().FindIndex(part => part.Kind == CallPartKind.Index);
        if (index < 0)
        {
            return s_shortIds.Any(probe.Holds) ? "{9}" : format.CallId;
        }

        var opening = Atoms.Of(format.Open).AsEnumerable().Reverse().TakeWhile(atom => !Atoms.IsMark(atom)).Reverse();
        return string.Concat(opening) + string.Concat(format.Call.Take(index + 1).Select(part => part.Kind switch
        {
            CallPartKind.Name => "{name}",
            CallPartKind.Index => "{index}",
            _ => part.Text,
        }));
    }

    [GeneratedRegex(@"(?<!\d)\d{1,6}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
