namespace Rill.ModelStore;

/// <summary>A model cannot be read or written. The message is one sentence that names the file or the setting and holds no secret.</summary>
public sealed class StoreException(StoreFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What kind of failure it is.</summary>
    public StoreFailure Failure { get; } = failure;
}
