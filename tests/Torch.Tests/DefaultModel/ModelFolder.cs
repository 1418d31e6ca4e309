using Rill.Text;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Where the committed model lies, and which corpus it learned.</summary>
internal static class ModelFolder
{
    public static string Path { get; } = Find();

    public static string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Skips a test of what only a model of the present corpus can do, while the committed one is older. Both are told apart by the tokenizer,
    /// so that such tests run from the moment when a retrained model is committed.
    /// </summary>
    public static void SkipBeforeThoughts() => Skip.If(
        HuggingFaceTokenizer.Load(Path).FindToken("<think>") is null,
        "The committed model learned an earlier corpus: its tokenizer has no <think>. See \"To replace the committed model\" in tools/TrainModel/README.md.");

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
