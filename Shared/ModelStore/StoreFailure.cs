namespace Rill.ModelStore;

/// <summary>What a store's failure is, as far as it decides what helps.</summary>
public enum StoreFailure
{
    /// <summary>The address, the manifest or a setting is wrong.</summary>
    Invalid,

    /// <summary>The model, or a file of it, is not there.</summary>
    Missing,

    /// <summary>The store refuses: no credential, or one without the right.</summary>
    Forbidden,

    /// <summary>The store cannot be reached, or fails; the only failure that is tried again at once.</summary>
    Unreachable,

    /// <summary>A file was replaced while it was read; reading starts again from the manifest.</summary>
    Changed,

    /// <summary>Bytes do not have the hash that the manifest gives them.</summary>
    Corrupt,

    /// <summary>The local disk or memory does not hold the model.</summary>
    NoRoom,
}
