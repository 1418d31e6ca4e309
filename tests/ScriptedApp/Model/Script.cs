using System.Text;
using Rill.Serving;

namespace Rill.ScriptedApp.Model;

/// <summary>What the scripted model does for one sequence: the options, overridden by the directives in its prompt.</summary>
internal sealed class Script
{
    private readonly byte[]? _text;          // null to count
    private readonly long _lastNumber = long.MaxValue;
    private readonly int? _faultAfter;
    private readonly int? _crashAfter;

    public Script(Sequence sequence, ScriptedRunnerOptions options)
    {
        Sequence = sequence;
        var text = options.Text;
        _faultAfter = options.FaultAfter;
        _crashAfter = options.CrashAfter;
        StepDelay = TimeSpan.FromMilliseconds(options.StepMilliseconds);
        PrefillPerToken = options.PrefillTokensPerSecond > 0 ? TimeSpan.FromSeconds(1 / options.PrefillTokensPerSecond) : TimeSpan.Zero;

        var prompt = TextOf(sequence.Tokens[..sequence.PromptLength]);
        var results = new List<string>();
        string? answer = null;
        foreach (var line in prompt.Split('\n').Where(line => line.StartsWith('!')))
        {
            var number = NumberIn(line);
            var directive = line.Split(' ', '=', '<')[0];
            switch (directive)
            {
                case "!text": text = TextIn(line, directive); break;
                case "!answer": answer = TextIn(line, directive); break;
                case "!result": results.Add(TextIn(line, directive)); break;
                case "!echo": text = prompt; break;
                case "!endless": (text, _lastNumber) = (null, long.MaxValue); break;
                case "!count": (text, _lastNumber) = (null, number); break;
                case "!delay": StepDelay = TimeSpan.FromMilliseconds(number); break;
                case "!prefill": PrefillPerToken = TimeSpan.FromMilliseconds((double)number / sequence.PromptLength); break;
                case "!fault": _faultAfter = number; break;
                case "!crash": _crashAfter = number; break;
                default: break;    // a line of prose
            }
        }

        if (answer is not null && results.Count > 0)
        {
            text = answer.Replace("{result}", string.Join(", ", results), StringComparison.Ordinal);
        }

        _text = text is null ? null : Encoding.UTF8.GetBytes(text);
    }

    public Sequence Sequence { get; }

    public TimeSpan StepDelay { get; }

    public TimeSpan PrefillPerToken { get; }

    public void ThrowIfFaultIsDue(SequenceStep step)
    {
        var produced = step.Sequence.CompletionLength;
        if (step.Samples && produced >= _crashAfter)
        {
            throw new InvalidOperationException("A scripted crash of the step.");
        }

        if (step.Samples && produced >= _faultAfter)
        {
            throw new SequenceFaultException(step.Sequence, "A scripted fault.");
        }
    }

    /// <summary>The scripted id at the sequence's present end.</summary>
    public int Next(Sequence sequence)
    {
        var index = sequence.CompletionLength;
        var mustGoOn = sequence.Parameters.IgnoreEos || !sequence.Parameters.MayEndWith(index + 1);
        if (_text is null)
        {
            return Digit(index, out var number) is var digit && (number <= _lastNumber || mustGoOn) ? digit : ScriptedModelRunner.EndOfText;
        }

        if (index < _text.Length)
        {
            return _text[index];
        }

        return !mustGoOn ? ScriptedModelRunner.EndOfText : _text.Length == 0 ? ' ' : _text[index % _text.Length];
    }

    /// <summary>The character at an index of "1 2 3 ...", found by the number of digits: d-digit numbers take d + 1 characters each.</summary>
    private static int Digit(long index, out long number)
    {
        long first = 1;
        var digits = 1;
        while (index >= 9 * first * (digits + 1))
        {
            index -= 9 * first * (digits + 1);
            first *= 10;
            digits++;
        }

        number = first + (index / (digits + 1));
        var place = (int)(index % (digits + 1));
        return place == digits ? ' ' : number.ToString(System.Globalization.CultureInfo.InvariantCulture)[place];
    }

    private static string TextOf(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>(tokens.Length);
        foreach (var token in tokens)
        {
            if (token < ScriptedModelRunner.EndOfText)
            {
                bytes.Add((byte)token);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string TextIn(string line, string directive)
    {
        var text = line[directive.Length..].TrimStart(' ');
        var mark = text.IndexOf("<|", StringComparison.Ordinal);
        return (mark < 0 ? text : text[..mark]).Replace("\\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>The digits after the equals sign; 0 without any.</summary>
    private static int NumberIn(string line)
    {
        var digits = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].TakeWhile(char.IsAsciiDigit).Take(9);
        return int.TryParse(string.Concat(digits), out var number) ? number : 0;
    }
}
