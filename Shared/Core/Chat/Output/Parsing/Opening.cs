using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing;

/// <summary>Where in an answer's beginning a parser stands.</summary>
internal enum OpeningPlace
{
    /// <summary>At its very beginning.</summary>
    Answer,

    /// <summary>At its very beginning, in reasoning that the prompt has opened.</summary>
    Reasoning,

    /// <summary>Behind the reasoning.</summary>
    AfterReasoning,
}

/// <summary>The marks that may stand, after white space, at one of these places, and where each leads.</summary>
internal sealed class Opening
{
    private readonly List<int[]> _markers = [];
    private readonly List<ParserPlace> _leads = [];

    public Opening(OpeningPlace place, MessageFormat format, MarkerTable markers)
    {
        if (place != OpeningPlace.AfterReasoning && format.Reasoning is { } reasoning)
        {
            Add(reasoning.Start, ParserPlace.Reasoning);
            Add(reasoning.End, ParserPlace.AfterReasoning);
        }

        if (place != OpeningPlace.Reasoning)
        {
            Add(format.ContentStart, ParserPlace.Content);
        }

        Scan = new MarkerScan(_markers);

        void Add(string text, ParserPlace lead)
        {
            if (markers.Compile(text.Trim()) is { Length: > 0 } marker)
            {
                _markers.Add(marker);
                _leads.Add(lead);
            }
        }
    }

    /// <summary>Looks for the marks.</summary>
    public MarkerScan Scan { get; }

    /// <summary>A mark's symbols.</summary>
    public int[] Marker(int index) => _markers[index];

    /// <summary>Where a mark leads.</summary>
    public ParserPlace Lead(int index) => _leads[index];
}
