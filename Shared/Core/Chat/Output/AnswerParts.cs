using System.Collections.Immutable;
using System.Text;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>
/// Gathers one choice's parts from delta to delta: what follows its like is joined to it. Content passes the stop strings, which look at
/// nothing else; once one has matched, nothing more is taken.
/// </summary>
/// <param name="stopStrings">Texts that end the answer.</param>
/// <param name="rules">What of it is told; null for all.</param>
public sealed class AnswerParts(IReadOnlyList<string> stopStrings, AnswerRules? rules = null)
{
    private readonly AnswerRules _rules = rules ?? AnswerRules.Default;
    private readonly StopChecker _stops = new(stopStrings);
    private readonly List<AnswerPart> _parts = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _leadingSpace = new();
    private bool _hasContent;
    private AnswerPartKind _kind;
    private int _callIndex;

    /// <summary>True when there is nothing to take.</summary>
    public bool IsEmpty => _parts.Count == 0 && _text.Length == 0;

    /// <summary>The stop string that has ended the answer, or null.</summary>
    public string? Stop { get; private set; }

    /// <summary>True once a tool call has started.</summary>
    public bool HasToolCall { get; private set; }

    /// <summary>True once there was reasoning, told or not.</summary>
    public bool HasReasoning { get; private set; }

    /// <summary>True when nothing more is taken: a stop string has matched, or there was one tool call more than there may be.</summary>
    public bool IsOver { get; private set; }

    /// <summary>False while content passes without a look at the stop strings: before min_tokens (contract B.6).</summary>
    internal bool LooksForStops { get; set; } = true;

    /// <summary>Adds visible text, which may be empty.</summary>
    public void AddContent(string text)
    {
        if (!IsOver && LooksForStops)
        {
            (text, Stop) = _stops.Push(text);
            IsOver = Stop is not null;
            Append(AnswerPartKind.Content, text);
        }
        else if (!IsOver)
        {
            Append(AnswerPartKind.Content, text);
        }
    }

    /// <summary>Adds reasoning, which may be empty.</summary>
    public void AddReasoning(string text)
    {
        HasReasoning |= text.Length > 0;
        if (_rules.TellsReasoning)
        {
            AddOther(AnswerPartKind.Reasoning, text);
        }
    }

    /// <summary>Starts a tool call.</summary>
    /// <param name="index">From 0, rising by one.</param>
    /// <param name="id">Unique within the conversation.</param>
    /// <param name="function">The function's name.</param>
    public void AddToolCall(int index, string id, string function)
    {
        IsOver |= index >= _rules.MostToolCalls;
        if (!IsOver)
        {
            ReleaseHeld();
            _leadingSpace.Clear();
            Close();
            _parts.Add(AnswerPart.ToolCall(index, id, function));
            HasToolCall = true;
        }
    }

    /// <summary>Adds a piece of the arguments of the call that started last; it may be empty.</summary>
    public void AddToolArguments(int index, string json) => AddOther(AnswerPartKind.ToolArguments, json, index);

    /// <summary>At the answer's end: lets go of content that was held back, as the possible beginning of a stop string or before a call.</summary>
    internal void Finish()
    {
        if (!IsOver)
        {
            ReleaseHeld();
        }

        _hasContent = true;
        Append(AnswerPartKind.Content, TakeLeadingSpace());
    }

    private void ReleaseHeld() => Append(AnswerPartKind.Content, _stops.Flush());

    /// <summary>The parts since the last call, in order.</summary>
    internal ImmutableArray<AnswerPart> Take()
    {
        Close();
        ImmutableArray<AnswerPart> taken = [.. _parts];
        _parts.Clear();
        return taken;
    }

    private void AddOther(AnswerPartKind kind, string text, int callIndex = 0)
    {
        if (!IsOver && text.Length > 0)
        {
            ReleaseHeld();
            Append(kind, text, callIndex);
        }
    }

    private void Append(AnswerPartKind kind, string text, int callIndex = 0)
    {
        text = kind == AnswerPartKind.Content && !_hasContent && _rules.DropsSpaceBeforeCalls ? HoldLeadingSpace(text) : text;
        if (text.Length == 0)
        {
            return;
        }

        if ((kind, callIndex) != (_kind, _callIndex))
        {
            Close();
            (_kind, _callIndex) = (kind, callIndex);
        }

        _text.Append(text);
    }

    /// <summary>Keeps white space back until content follows it.</summary>
    private string HoldLeadingSpace(string text)
    {
        _leadingSpace.Append(text);
        _hasContent = !string.IsNullOrWhiteSpace(text);
        return _hasContent ? TakeLeadingSpace() : "";
    }

    private string TakeLeadingSpace()
    {
        var space = _leadingSpace.ToString();
        _leadingSpace.Clear();
        return space;
    }

    private void Close()
    {
        if (_text.Length == 0)
        {
            return;
        }

        var text = _text.ToString();
        _text.Clear();
        _parts.Add(_kind switch
        {
            AnswerPartKind.Content => AnswerPart.Content(text),
            AnswerPartKind.Reasoning => AnswerPart.Reasoning(text),
            _ => AnswerPart.ToolArguments(_callIndex, text),
        });
    }
}
