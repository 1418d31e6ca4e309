namespace Rill.FunctionApp.Loading;

/// <summary>Finds the directory, or the GGUF file, that the setting <c>Rill:Model</c> names.</summary>
internal static class ModelDirectory
{
    /// <summary>
    /// A rooted path is taken as it is; a relative one is looked for in the working directory, beside the app, and in the folders
    /// above it (so that a clone's <c>models/</c> is found from any build output).
    /// </summary>
    /// <exception cref="StartFailureException">Nothing is there, or it is not a model's directory.</exception>
    public static string Find(string setting)
    {
        var found = Candidates(setting).FirstOrDefault(ModelFiles.IsThere)
            ?? throw new StartFailureException($"the model '{setting}' does not exist; set Rill__Model to a Hugging Face model directory or a GGUF file.");
        using var files = ModelFiles.At(found);
        return files.Has(ModelFileNames.Config)
            ? Path.GetFullPath(found)
            : throw new StartFailureException($"'{found}' holds no config.json and no GGUF file; set Rill__Model to a model.");
    }

    /// <summary>Where a setting's directory may be.</summary>
    internal static IEnumerable<string> Candidates(string setting)
    {
        yield return Path.GetFullPath(setting);
        if (Path.IsPathRooted(setting))
        {
            yield break;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, setting);
        }
    }
}
