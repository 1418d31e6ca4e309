using System.CommandLine;
using Rill.CommandLine.Help;
using Rill.Models.Gguf;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models list</c>: which models are there, and of which files they are made.</summary>
internal static class ListCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var address = new Argument<string>("ADDRESS") { Description = "A directory, a container or a folder of it, or a hub's repository." };
        var command = new DocumentedCommand(
            "list",
            "The models at and below an address, one a line: name, size, address, separated by tabs. With --files the files of each too.",
            "rill models list models",
            "rill models list models --files");
        var files = new Option<bool>("--files") { Description = "Lists the files of each model." };
        command.Add(address);
        command.Add(files);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = StoreSettings.Read();
            foreach (var model in await ModelListing.FindAsync(ModelAddress.Parse(parsed.GetRequiredValue(address)), options, cancellationToken).ConfigureAwait(false))
            {
                var entries = await FilesAsync(model, options, cancellationToken).ConfigureAwait(false);
                Console.WriteLine($"{model.Name}\t{TransferDisplay.Size(entries.Sum(file => file.Size))}\t{model}");
                foreach (var (name, size) in parsed.GetValue(files) ? entries : [])
                {
                    Console.WriteLine($"  {name}\t{TransferDisplay.Size(size)}");
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<List<(string Name, long Size)>> FilesAsync(ModelAddress model, ModelStoreOptions options, CancellationToken cancellationToken) =>
        model is DirectoryAddress directory
            ? [.. LocalFiles(directory.Path).OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.Name, file.Length))]
            : [.. (await ModelVerify.ReadManifestAsync(model, options, new TransferProgress(), cancellationToken).ConfigureAwait(false)).Files.Select(file => (file.Name, file.Size))];

    private static IEnumerable<FileInfo> LocalFiles(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles()
        : GgufNames.WithParts(Path.GetFileName(path)).Select(name => new FileInfo(Path.Combine(Path.GetDirectoryName(path)!, name)))
            .Where(file => file.Exists);
}
