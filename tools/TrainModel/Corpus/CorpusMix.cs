namespace Rill.TrainModel.Corpus;

/// <summary>How many of a thousand conversations are of each kind; what remains is something said again.</summary>
/// <param name="Puzzles">Puzzles, of a thousand conversations of all kinds; the other numbers are of a thousand of the rest.</param>
/// <param name="Stories">A story, and questions about it.</param>
/// <param name="Chats">Questions about Rill, and small talk.</param>
/// <param name="Memories">A fact that is told and asked for again.</param>
/// <param name="LongMemories">The same, over a thousand tokens or more.</param>
/// <param name="Systems">A system prompt that says how to answer.</param>
/// <param name="Tools">Tools, calls and results.</param>
/// <param name="Json">Answers in JSON.</param>
internal sealed record CorpusMix(int Puzzles, int Stories, int Chats, int Memories, int LongMemories, int Systems, int Tools, int Json)
{
    /// <summary>For a model that knows nothing yet.</summary>
    public static CorpusMix Whole { get; } = new(Puzzles: 50, Stories: 190, Chats: 180, Memories: 80, LongMemories: 15, Systems: 125, Tools: 200, Json: 130);

    /// <summary>For one that can talk: most of what it reads asks for exact words, which is learned slowest.</summary>
    public static CorpusMix Exact { get; } = new(Puzzles: 120, Stories: 90, Chats: 100, Memories: 60, LongMemories: 20, Systems: 60, Tools: 180, Json: 150);
}
