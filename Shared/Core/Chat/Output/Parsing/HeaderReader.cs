using System.Text;
using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing;

/// <summary>What has become of a header with a symbol.</summary>
internal enum HeaderProgress
{
    /// <summary>It goes on.</summary>
    More,

    /// <summary>It is complete.</summary>
    Done,

    /// <summary>It is none, this symbol included.</summary>
    IsNone,
}

/// <summary>Reads the headers of messages.</summary>
internal sealed class HeaderReader(ChannelFormat format, MarkerTable markers)
{
    private const int Longest = 512;

    private readonly int[] _end = markers.Compile(format.HeaderEnd);
    private readonly int[] _channel = markers.Compile(format.Channel);
    private readonly int[] _recipient = markers.Compile(format.Recipient);
    private readonly List<int> _symbols = [];
    private bool _isFirst = true;

    /// <summary>The channel; empty where the header names none.</summary>
    public string Channel => WordAfter(_channel) ?? "";

    /// <summary>The function that is called, or null.</summary>
    public string? Function => WordAfter(_recipient) is { Length: > 0 } name && !format.ContentChannels.Contains(name) ? name : null;

    /// <summary>Begins another header.</summary>
    /// <param name="isFirst">True at the answer's beginning, where one need not be.</param>
    public void Begin(bool isFirst)
    {
        _symbols.Clear();
        _isFirst = isFirst;
    }

    /// <summary>Takes a symbol.</summary>
    public HeaderProgress Take(int symbol)
    {
        _symbols.Add(symbol);
        if (_symbols.Count >= _end.Length && _symbols.TakeLast(_end.Length).SequenceEqual(_end))
        {
            return HeaderProgress.Done;
        }

        return _symbols.Count == Longest || (_isFirst && !MayBegin()) ? HeaderProgress.IsNone : HeaderProgress.More;
    }

    /// <summary>Gives the symbols of what is no header.</summary>
    public void Release(Action<int> give)
    {
        var symbols = _symbols.ToArray();
        _symbols.Clear();
        Array.ForEach(symbols, give);
    }

    /// <summary>The first header has no role before its channel or recipient.</summary>
    private bool MayBegin()
    {
        var begun = _symbols.SkipWhile(MarkerTable.IsSpace).ToList();
        return IsBeginning(_channel) || IsBeginning(_recipient);

        bool IsBeginning(int[] mark) => begun.Zip(mark).All(pair => pair.First == pair.Second);
    }

    private string? WordAfter(int[] mark)
    {
        for (var start = 0; start + mark.Length <= _symbols.Count; start++)
        {
            if (_symbols.Skip(start).Take(mark.Length).SequenceEqual(mark))
            {
                var word = new StringBuilder();
                foreach (var symbol in _symbols.Skip(start + mark.Length).TakeWhile(IsOfWord))
                {
                    word.Append((char)symbol);
                }

                return word.ToString();
            }
        }

        return null;
    }

    private static bool IsOfWord(int symbol) => !MarkerTable.IsToken(symbol) && !char.IsWhiteSpace((char)symbol) && symbol != '<';
}
