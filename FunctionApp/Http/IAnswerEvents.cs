using Rill.Chat.Output;

namespace Rill.FunctionApp.Http;

/// <summary>Writes the events of one streamed answer in the words of a dialect.</summary>
internal interface IAnswerEvents
{
    /// <summary>What comes before the first token.</summary>
    void WriteBegin(SseWriter writer);

    /// <summary>What a choice has gained.</summary>
    void WriteDelta(SseWriter writer, in ChoiceDelta delta);

    /// <summary>What comes when every choice has ended.</summary>
    void WriteEnd(SseWriter writer);
}
