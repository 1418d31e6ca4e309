namespace Rill.Models;

/// <summary>Opens one of a model's files of weights.</summary>
internal static class WeightFile
{
    /// <summary>Reads a file's header; where that fails, nothing of the file stays open.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="read">Takes the file's memory over when it succeeds.</param>
    /// <exception cref="ModelFormatException">The file is missing, or <paramref name="read"/> refuses it.</exception>
    /// <exception cref="ModelFileException">The file cannot or must not be read.</exception>
    public static T Open<T>(ModelFiles files, string name, Func<FileMemory, T> read)
    {
        if (!files.Has(name))
        {
            throw new ModelFormatException($"{files.Describe(name)} does not exist.");
        }

        var memory = files.Open(name);
        try
        {
            return read(memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
