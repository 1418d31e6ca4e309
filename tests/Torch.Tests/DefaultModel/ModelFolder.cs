namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Where the committed model lies.</summary>
internal static class ModelFolder
{
    public static string Path { get; } = Find();

    public static string File(string name) => System.IO.Path.Combine(Path, name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "Functions.sln")))
            {
                return System.IO.Path.Combine(folder.FullName, "models", "rill-mini");
            }
        }

        throw new DirectoryNotFoundException("No folder above the tests holds Functions.sln.");
    }
}
