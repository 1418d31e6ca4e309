using System.Text;
using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing;

/// <summary>
/// The call that is being read. It is told to the client once there is something of its arguments and everything that comes before them is
/// known; until then it may still turn out to be text.
/// </summary>
internal sealed class CallDraft(AnswerWriter writer, ToolFormat format, ParserContext context)
{
    private readonly StringBuilder _arguments = new();
    private int _index = -1;
    private bool _hasArguments;

    /// <summary>The function's name, once it is complete.</summary>
    public string? Name { get; set; }

    /// <summary>The id, where the call writes one.</summary>
    public string? Id { get; set; }

    /// <summary>The number, where the call writes one.</summary>
    public string? Number { get; set; }

    /// <summary>True once the client was told of it.</summary>
    public bool IsAnnounced { get; private set; }

    /// <summary>True when it is no call: nothing marks it as one, and the request has no such function.</summary>
    public bool IsRefused => Name is not null && format.IsBare && context.Tools.All(tool => tool.Name != Name);

    /// <summary>Begins the next call.</summary>
    public void Begin()
    {
        _index += IsAnnounced || _index < 0 ? 1 : 0;
        (Name, Id, Number, IsAnnounced, _hasArguments) = (null, null, null, false, false);
        _arguments.Clear();
    }

    /// <summary>Adds a piece of the arguments' JSON text.</summary>
    public void Append(string json)
    {
        _arguments.Append(json);
        Release();
    }

    /// <summary>Gives the arguments that waited for the name or the id.</summary>
    public void Release()
    {
        if (_arguments.Length > 0)
        {
            Give(isComplete: false);
        }
    }

    /// <summary>The call is over.</summary>
    /// <returns>False when it was none: it has no name.</returns>
    public bool Complete()
    {
        if (Name is null || IsRefused)
        {
            return false;
        }

        if (!_hasArguments && _arguments.Length == 0)
        {
            _arguments.Append("{}");
        }

        Give(isComplete: true);
        return true;
    }

    /// <summary>The text ends inside of it: what is known of its arguments is given.</summary>
    /// <returns>False when none are, so that all of it is text.</returns>
    public bool BreakOff() => (IsAnnounced || _arguments.Length > 0) && Complete();

    private void Give(bool isComplete)
    {
        if (!IsAnnounced)
        {
            if (Name is null || IsRefused || (Id is null && format.Arguments.IdPath.Count > 0 && !isComplete))
            {
                return;
            }

            writer.Call(_index, Id ?? CallIds.New(format.CallId, Name, Number ?? CallIds.Number(_index)), Name);
            IsAnnounced = true;
        }

        _hasArguments |= _arguments.Length > 0;
        writer.Arguments(_index, _arguments);
        _arguments.Clear();
    }
}
