namespace Rill.ModelStore.Loading;

/// <summary>Is told how far the load of a model is, from any thread.</summary>
public interface ILoadObserver
{
    /// <summary>The native library is loaded.</summary>
    void NoteNativeLibrary();

    /// <summary>The first byte of the model was read.</summary>
    void NoteFirstByte();

    /// <summary>The small files are there, and this build can serve such a model. Not told of what comes from a store.</summary>
    void NoteInspected();

    /// <summary>The weights are in memory, or mapped.</summary>
    void NoteFetched();

    /// <summary>A sentence for the log.</summary>
    void Note(string sentence);
}
