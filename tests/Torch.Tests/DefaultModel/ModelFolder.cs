using System.Globalization;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Where the committed model lies.</summary>
internal static class ModelFolder
{
    public static string Path { get; } = Find();

    public static string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Skips a test of what the committed model does not do reliably yet, by the marks of the exam on its card: the test runs by itself from
    /// the moment when a model with better marks is committed.
    /// </summary>
    /// <param name="question">The exam's question, as the card names it.</param>
    /// <param name="aim">The mark, in percent, from which on the test must hold.</param>
    public static void SkipBelow(string question, double aim)
    {
        var mark = System.IO.File.ReadLines(File("README.md")).Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 2 && cells[1] == question)
            .Select(cells => double.Parse(cells[2].TrimEnd('%'), CultureInfo.InvariantCulture)).Single();
        Skip.If(mark < aim, string.Create(CultureInfo.InvariantCulture, $"The committed model's mark in '{question}' is {mark} %, below {aim} %: see \"To replace the committed model\" in tools/TrainModel/README.md."));
    }

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
