using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>What a block of a streamed answer gains.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TextDelta), "text_delta")]
[JsonDerivedType(typeof(ThinkingDelta), "thinking_delta")]
[JsonDerivedType(typeof(SignatureDelta), "signature_delta")]
[JsonDerivedType(typeof(InputJsonDelta), "input_json_delta")]
public abstract record BlockDelta;

/// <summary>Text.</summary>
/// <param name="Text">Whole characters, at least one.</param>
public sealed record TextDelta(string Text) : BlockDelta;

/// <summary>A thought.</summary>
/// <param name="Thinking">Whole characters, at least one.</param>
public sealed record ThinkingDelta(string Thinking) : BlockDelta;

/// <summary>A thought's signature: once, last in its block.</summary>
/// <param name="Signature">The signature.</param>
public sealed record SignatureDelta(string Signature) : BlockDelta;

/// <summary>A piece of a tool call's arguments.</summary>
/// <param name="PartialJson">JSON text as the model wrote it.</param>
public sealed record InputJsonDelta(string PartialJson) : BlockDelta;
