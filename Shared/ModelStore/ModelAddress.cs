namespace Rill.ModelStore;

/// <summary>
/// Where a model lies: a local directory or GGUF file, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH</c>,
/// <c>blob://CONTAINER/PATH</c> (in the account of the connection setting), or <c>hf://ORG/NAME[@REVISION][/FILE.gguf]</c>.
/// </summary>
public abstract record ModelAddress
{
    /// <summary>The last part: what the model is called where nothing else is said.</summary>
    public abstract string Name { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="StoreException">It has a scheme, but not a form that is understood; the message says which forms there are.</exception>
    public static ModelAddress Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return new DirectoryAddress(text);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0)
        {
            throw NotUnderstood(text);
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            // Without the query, which may hold a signature.
            throw new StoreException(StoreFailure.Invalid,
                $"The model address {uri.GetLeftPart(UriPartial.Path)} must have no query; put a shared access signature into the connection string Rill__Store__BlobConnection.");
        }

        return uri.Scheme switch
        {
            "https" or "http" => BlobAddress.OfUrl(uri) ?? throw NotUnderstood(text),
            "blob" => BlobAddress.OfContainer(text) ?? throw NotUnderstood(text),
            "hf" => HubAddress.Of(text) ?? throw NotUnderstood(text),
            _ => throw NotUnderstood(text),
        };
    }

    private static StoreException NotUnderstood(string text) => new(StoreFailure.Invalid,
        $"The model address '{text}' is not understood; write a directory, a GGUF file, "
        + "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, blob://CONTAINER/PATH or hf://ORG/NAME[@REVISION][/FILE.gguf].");
}
