using Rill.Chat.Output;
using Rill.Chat.Output.Responses;
using Rill.OpenAI.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>A response as it is made: numbered events with names, of which the last has all of it (contract A.5).</summary>
/// <param name="builder">Makes the events.</param>
/// <param name="generation">The answer.</param>
/// <param name="keep">Called with the whole response before the client hears of it.</param>
internal sealed class ResponseEvents(ResponseBuilder builder, ChatGeneration generation, Action<Response> keep) : IAnswerEvents
{
    /// <inheritdoc/>
    public void WriteBegin(SseWriter writer) => Write(writer, builder.Begin());

    /// <inheritdoc/>
    public void WriteDelta(SseWriter writer, in ChoiceDelta delta) => Write(writer, builder.Add(delta));

    /// <inheritdoc/>
    public void WriteEnd(SseWriter writer)
    {
        var events = builder.End(generation.Usage);
        keep(builder.Response);
        Write(writer, events);
    }

    private static void Write(SseWriter writer, IEnumerable<ResponseEvent> events)
    {
        foreach (var told in events)
        {
            writer.Write(told.Type, told with { SequenceNumber = writer.Events }, ResponsesJson.Wire.ResponseEvent);
        }
    }
}
