namespace Rill.CommandLine.Chat.Editing;

/// <summary>Lines that were entered, to go back to; the one that is being written waits at the end.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private int _place;
    private string _draft = "";

    /// <summary>Begins at the end, with nothing written.</summary>
    public void Begin() => (_place, _draft) = (_lines.Count, "");

    /// <summary>Keeps a line, unless it is the last one again.</summary>
    public void Add(string line)
    {
        if (line.Length > 0 && _lines.LastOrDefault() != line)
        {
            _lines.Add(line);
        }
    }

    /// <summary>The line so many places on, or back where negative; null where there is none.</summary>
    public string? Move(int places, string current)
    {
        if (_place + places < 0 || _place + places > _lines.Count)
        {
            return null;
        }

        _draft = _place == _lines.Count ? current : _draft;
        _place += places;
        return _place == _lines.Count ? _draft : _lines[_place];
    }
}
