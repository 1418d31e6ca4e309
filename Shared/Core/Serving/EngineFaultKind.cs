namespace Rill.Serving;

/// <summary>Why a sequence ended with a fault.</summary>
public enum EngineFaultKind
{
    /// <summary>The model or the engine failed.</summary>
    Internal,

    /// <summary>The sequence cannot fit the model's context or its KV memory.</summary>
    TooLong,

    /// <summary>The engine shuts down.</summary>
    ShuttingDown,
}
