using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>
/// An event of a streamed answer (contract A.8). Its name stands before its data as well: the SDKs read no event without that line.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MessageStart), MessageStart.EventName)]
[JsonDerivedType(typeof(ContentBlockStart), ContentBlockStart.EventName)]
[JsonDerivedType(typeof(ContentBlockDelta), ContentBlockDelta.EventName)]
[JsonDerivedType(typeof(ContentBlockStop), ContentBlockStop.EventName)]
[JsonDerivedType(typeof(MessageDelta), MessageDelta.EventName)]
[JsonDerivedType(typeof(MessageStop), MessageStop.EventName)]
public abstract record MessageEvent
{
    /// <summary>The event's name, which is its type.</summary>
    [JsonIgnore]
    public abstract string Name { get; }
}

/// <summary>The first event.</summary>
/// <param name="Message">The answer, still without content and end.</param>
public sealed record MessageStart(Message Message) : MessageEvent
{
    internal const string EventName = "message_start";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}

/// <summary>A block starts; the one before has stopped.</summary>
/// <param name="Index">From 0, in order.</param>
/// <param name="ContentBlock">The empty block.</param>
public sealed record ContentBlockStart(int Index, ContentBlock ContentBlock) : MessageEvent
{
    internal const string EventName = "content_block_start";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}

/// <summary>A block goes on.</summary>
/// <param name="Index">The block that started last.</param>
/// <param name="Delta">What it gains.</param>
public sealed record ContentBlockDelta(int Index, BlockDelta Delta) : MessageEvent
{
    internal const string EventName = "content_block_delta";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}

/// <summary>A block is complete.</summary>
/// <param name="Index">The block that started last.</param>
public sealed record ContentBlockStop(int Index) : MessageEvent
{
    internal const string EventName = "content_block_stop";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}

/// <summary>The answer's end: once, before the last event.</summary>
/// <param name="Delta">Why it ended.</param>
/// <param name="Usage">Final token counts.</param>
public sealed record MessageDelta(MessageEnd Delta, MessageUsage Usage) : MessageEvent
{
    internal const string EventName = "message_delta";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}

/// <summary>Why an answer ended.</summary>
/// <param name="StopReason">The reason.</param>
/// <param name="StopSequence">The stop sequence that ended it; null for every other end.</param>
public sealed record MessageEnd(
    StopReason StopReason, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? StopSequence);

/// <summary>The last event.</summary>
public sealed record MessageStop : MessageEvent
{
    internal const string EventName = "message_stop";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Name => EventName;
}
