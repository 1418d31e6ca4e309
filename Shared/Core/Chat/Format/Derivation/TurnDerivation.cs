namespace Rill.Chat.Format.Derivation;

/// <summary>What a template shows of an answer's turn, apart from calls.</summary>
/// <param name="Header">What stands before an answer in the conversation and at the end of a prompt alike.</param>
/// <param name="Reasoning">How reasoning is written, or null.</param>
/// <param name="ContentStart">What stands before the visible text.</param>
/// <param name="End">What stands behind it.</param>
internal sealed record TurnShape(string Header, ReasoningFormat? Reasoning, string ContentStart, string End)
{
    /// <summary>The mark that ends the turn: behind a text between marks it is the second.</summary>
    public IReadOnlyList<string> Ends => Atoms.MarksOf(End) is [_, ..] marks ? [marks[ContentStart.Length > 0 && marks.Count > 1 ? 1 : 0]]
        : End.Length > 0 ? [End] : [];

    /// <summary>What is left of an answer without its header, and without reasoning that is empty.</summary>
    public string Body(string answer)
    {
        var body = Atoms.Without(answer, Header);
        if (Reasoning is { } reasoning && body.IndexOf(reasoning.End, StringComparison.Ordinal) is var end and >= 0
            && body[..end].Replace(reasoning.Start.Length > 0 ? reasoning.Start : "\n", "", StringComparison.Ordinal).Trim().Length == 0)
        {
            body = body[(end + reasoning.End.Length)..];
        }
        else if (Reasoning is { Start.Length: > 0 } && body.TrimStart().StartsWith(Reasoning.Start, StringComparison.Ordinal))
        {
            body = body.TrimStart()[Reasoning.Start.Length..];
        }

        return body;
    }
}

/// <summary>Compares what a template writes with and without an answer, with and without reasoning.</summary>
internal static class TurnDerivation
{
    private static readonly string[] s_reasoningKeys = ["reasoning_content", "thinking", "reasoning"];

    /// <summary>Marks that mean reasoning wherever a template speaks of them.</summary>
    private static readonly ReasoningFormat[] s_known =
    [
        new("<think>", "</think>"),
        new("[THINK]", "[/THINK]"),
        new("<|channel>thought", "<channel|>"),
        new("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    ];

    /// <summary>The turn's shape; null where the template writes no answer.</summary>
    public static TurnShape? Derive(TemplateProbe probe)
    {
        var before = probe.Prompt(generates: false) ?? "";
        if (probe.Prompt(generates: true) is not { } prompt || probe.Answer(TemplateProbe.Text) is not { } answer)
        {
            return null;
        }

        var (opening, turn) = (Atoms.Without(prompt, before), Atoms.Without(answer, before));
        var text = turn.LastIndexOf(TemplateProbe.Text, StringComparison.Ordinal);
        if (text < 0 || turn.IndexOf(TemplateProbe.Text, StringComparison.Ordinal) < text)
        {
            return null;
        }

        var (lead, end) = (turn[..text], turn[(text + TemplateProbe.Text.Length)..].Trim());
        var header = Atoms.CommonStart(lead, opening);
        var shown = Shown(probe, before, header);
        var reasoning = shown?.Reasoning ?? Switched(probe, before) ?? OfSource(probe);
        var content = shown?.ContentStart ?? ContentStart(lead[header.Length..], reasoning);
        if (reasoning is not null && header.TrimEnd().EndsWith(reasoning.Start, StringComparison.Ordinal) && reasoning.Start.Length > 0)
        {
            header = header.TrimEnd()[..^reasoning.Start.Length];
        }

        return new TurnShape(header, reasoning, content, end);
    }

    /// <summary>A template that writes reasoning of earlier answers shows where it stands.</summary>
    private static (ReasoningFormat Reasoning, string ContentStart)? Shown(TemplateProbe probe, string before, string header)
    {
        foreach (var key in s_reasoningKeys)
        {
            if (probe.Answer(TemplateProbe.Text, new Dictionary<string, object?> { [key] = TemplateProbe.Thought }) is not { } answer)
            {
                continue;
            }

            var turn = Atoms.Without(answer, before);
            var thought = turn.IndexOf(TemplateProbe.Thought, StringComparison.Ordinal);
            var text = turn.LastIndexOf(TemplateProbe.Text, StringComparison.Ordinal);
            if (thought < 0 || text < thought)
            {
                continue;
            }

            var start = Atoms.Without(turn[..thought], header).Trim();
            var between = turn[(thought + TemplateProbe.Thought.Length)..text];
            if (Atoms.MarksOf(between) is not [var end, ..])
            {
                continue;
            }

            start = start.Length == 0 && header.TrimEnd().EndsWith(Partner(end), StringComparison.Ordinal) ? Partner(end) : start;
            return (new ReasoningFormat(start, end), between[(between.IndexOf(end, StringComparison.Ordinal) + end.Length)..].Trim());
        }

        return null;
    }

    /// <summary>A template that can be told whether to think opens the reasoning then, or closes it at once otherwise.</summary>
    private static ReasoningFormat? Switched(TemplateProbe probe, string before)
    {
        if (probe.Prompt(generates: true, thinking: true) is not { } on || probe.Prompt(generates: true, thinking: false) is not { } off)
        {
            return null;
        }

        (on, off) = (Atoms.Without(on, before), Atoms.Without(off, before));
        if (on == off)
        {
            return null;
        }

        var shared = Atoms.CommonStart(on, off);
        List<string> added = [.. Atoms.MarksOf(on[shared.Length..]), .. Atoms.MarksOf(Atoms.Without(off, on))];
        var end = added.Find(mark => added.Contains(Partner(mark)) || Atoms.MarksOf(shared) is [.., var last] && last == Partner(mark));
        return end is not null ? new ReasoningFormat(Partner(end), end)
            : added is [var start] && start.StartsWith('<') && start[1] != '/' && start[1] != '|' ? new ReasoningFormat(start, "</" + start[1..])
            : null;
    }

    /// <summary>A template that cuts the reasoning off earlier answers names its marks.</summary>
    private static ReasoningFormat? OfSource(TemplateProbe probe) => Array.Find(s_known, known => probe.Holds(known.End) && (Atoms.IsMark(known.Start) || probe.Holds(known.Start)));

    private static string ContentStart(string lead, ReasoningFormat? reasoning)
    {
        var rest = reasoning is not null && lead.LastIndexOf(reasoning.End, StringComparison.Ordinal) is var end and >= 0
            ? lead[(end + reasoning.End.Length)..]
            : lead;
        return (reasoning is { Start.Length: > 0 } ? rest.Replace(reasoning.Start, "", StringComparison.Ordinal) : rest).Trim();
    }

    /// <summary>The mark that an end closes: without its slash.</summary>
    private static string Partner(string end) => end.Replace("/", "", StringComparison.Ordinal).Replace("END", "START", StringComparison.Ordinal) is var start && start != end
        ? start
        : "\0";
}
