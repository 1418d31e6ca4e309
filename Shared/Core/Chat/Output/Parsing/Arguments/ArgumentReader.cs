using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>What has become of a call's arguments with a symbol.</summary>
internal enum ArgumentProgress
{
    /// <summary>They go on.</summary>
    More,

    /// <summary>They are complete with this symbol.</summary>
    Done,

    /// <summary>They are complete, and so is what closes the call.</summary>
    DoneWithClose,

    /// <summary>They were complete before this symbol, which was not taken.</summary>
    DoneBefore,

    /// <summary>Here they break, before this symbol, which was not taken.</summary>
    Fails,
}

/// <summary>Reads a call's arguments as a model writes them, and gives them to a draft as the text of a JSON object.</summary>
internal abstract class ArgumentReader
{
    /// <summary>A reader of a format's arguments.</summary>
    public static ArgumentReader New(CallLayout layout, CallDraft draft, ParserContext context) => layout.Format.Arguments.Kind switch
    {
        ArgumentKind.JsonObject or ArgumentKind.NameIsKey => new CallObjectReader(layout, draft),
        ArgumentKind.Tagged => new TaggedReader(layout, draft, new ArgumentTypes(context.Tools)),
        ArgumentKind.Lax => new LaxReader(layout, draft),
        ArgumentKind.Python => new PythonReader(draft),
        _ => new JsonReader(layout.Markers, draft),
    };

    /// <summary>A call begins.</summary>
    public abstract void Begin();

    /// <summary>Takes a symbol.</summary>
    public abstract ArgumentProgress Take(int symbol);

    /// <summary>The text ends: gives what was held back.</summary>
    public virtual void BreakOff()
    {
    }
}
