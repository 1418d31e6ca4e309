namespace Rill.ModelStore.Loading;

/// <summary>Finds the directory, or the GGUF file, that a person has named.</summary>
public static class ModelDirectory
{
    /// <summary>
    /// A rooted path is taken as it is; a relative one is looked for in the working directory, beside the app, and in the folders
    /// above it (so that a clone's <c>models/</c> is found from any build output).
    /// </summary>
    /// <param name="path">What was named.</param>
    /// <param name="remedy">What to do if it is wrong, up to the object: <c>set Rill__Model to</c>.</param>
    /// <exception cref="ModelFileException">Nothing is there, or it is not a model's directory.</exception>
    public static string Find(string path, string remedy)
    {
        var found = Candidates(path).FirstOrDefault(ModelFiles.IsThere)
            ?? throw new ModelFileException($"the model '{path}' does not exist; {remedy} a Hugging Face model directory or a GGUF file.");
        using var files = ModelFiles.At(found);
        return files.Has(ModelFileNames.Config)
            ? Path.GetFullPath(found)
            : throw new ModelFileException($"'{found}' holds no config.json and no GGUF file; {remedy} a model.");
    }

    /// <summary>Where a directory of this name may be.</summary>
    public static IEnumerable<string> Candidates(string path)
    {
        yield return Path.GetFullPath(path);
        if (Path.IsPathRooted(path))
        {
            yield break;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, path);
        }
    }
}
