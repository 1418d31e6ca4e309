using System.Text;

namespace Rill.CommandLine.Chat.Editing;

/// <summary>Reads keys from the terminal, and as one text what it marks as pasted ("bracketed paste").</summary>
internal sealed class KeyReader
{
    private const string PasteBegins = "[200~";    // behind an escape
    private const string PasteEnds = "[201~";
    private const char Escape = '\e';
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan s_markLimit = TimeSpan.FromSeconds(30);    // a mark may come in pieces, of a busy machine late; another key ends the wait for it

    private readonly Queue<ConsoleKeyInfo> _read = new();    // keys that were read to see whether they are a mark, and were none

    /// <summary>True when a key is there at once.</summary>
    public bool IsKeyThere => _read.Count > 0 || Console.KeyAvailable;

    /// <summary>
    /// From here on keys come as they are typed. Before the first look at them the terminal itself edits a line, with what it knows of it:
    /// its Backspace may take one byte of a character.
    /// </summary>
    public static void TakeTerminal() => _ = Console.KeyAvailable;

    /// <summary>The next key; or, where a paste begins, all of its text, with \n for line ends.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<(ConsoleKeyInfo Key, string? Pasted)> NextAsync(CancellationToken interrupt)
    {
        var key = await NextKeyAsync(interrupt);
        return key.KeyChar == Escape && await FollowsAsync(PasteBegins, interrupt) ? (key, await PastedAsync(interrupt)) : (key, null);
    }

    private async Task<string> PastedAsync(CancellationToken interrupt)
    {
        var text = new StringBuilder();
        while (true)
        {
            var key = await NextKeyAsync(interrupt);
            if (key.KeyChar == Escape ? await FollowsAsync(PasteEnds, interrupt) : key.KeyChar == PasteEnds[0] && await FollowsAsync(PasteEnds[1..], interrupt))
            {
                return text.ToString();    // where a read ends within the mark, behind its bracket, the console drops the escape
            }

            var character = key.Key == ConsoleKey.Enter ? '\n' : key.KeyChar;
            if (character is '\n' or '\t' || !char.IsControl(character))    // the others, and keys without a character, are no text
            {
                text.Append(character);
            }
        }
    }

    /// <summary>Reads a mark that may follow. What was read in vain comes again as keys.</summary>
    private async Task<bool> FollowsAsync(string mark, CancellationToken interrupt)
    {
        var keys = new List<ConsoleKeyInfo>();
        while (keys.Count < mark.Length && await IsKeyThereSoonAsync(interrupt))
        {
            keys.Add(NextKey());
            if (keys[^1].KeyChar != mark[keys.Count - 1])
            {
                break;
            }
        }

        if (keys.Count == mark.Length && keys[^1].KeyChar == mark[^1])
        {
            return true;
        }

        var rest = _read.ToArray();
        _read.Clear();
        foreach (var key in keys.Concat(rest))
        {
            _read.Enqueue(key);
        }

        return false;
    }

    private async Task<bool> IsKeyThereSoonAsync(CancellationToken interrupt)
    {
        for (var waited = TimeSpan.Zero; !IsKeyThere && waited < s_markLimit; waited += s_look)
        {
            await Task.Delay(s_look, interrupt);
        }

        return IsKeyThere;
    }

    private async Task<ConsoleKeyInfo> NextKeyAsync(CancellationToken interrupt)
    {
        while (!IsKeyThere)
        {
            await Task.Delay(s_look, interrupt);
        }

        return NextKey();
    }

    private ConsoleKeyInfo NextKey() => _read.TryDequeue(out var read) ? read : Console.ReadKey(intercept: true);
}
