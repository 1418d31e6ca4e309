using System.CommandLine;
using Rill.CommandLine.Help;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models pull</c>: a remote model into a directory.</summary>
internal static class PullCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var address = new Argument<string>("ADDRESS") { Description = "The model's address in a blob container or on a hub." };
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "The directory; made if it is missing." };
        var parallelism = StoreSettings.NewParallelism();
        var command = new DocumentedCommand(
            "pull",
            "Copies a remote model into a directory and checks every hash. Broken off, it goes on where it ended when it is started again; files get their names only when all are complete.",
            "rill models pull hf://ORG/NAME models/NAME",
            "rill models pull hf://ORG/NAME-GGUF/NAME-Q4_K_M.gguf models/NAME",
            "rill models pull https://ACCOUNT.blob.core.windows.net/models/NAME models/NAME") { address, directory, parallelism };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (from, to) = (ModelAddress.Parse(parsed.GetRequiredValue(address)), parsed.GetRequiredValue(directory));
            var options = StoreSettings.Read(parsed.GetValue(parallelism));
            var manifest = await TransferDisplay.RunAsync(
                from.Name, progress => ModelPull.RunAsync(from, to.FullName, options, progress, cancellationToken)).ConfigureAwait(false);
            Console.WriteLine($"Pulled {manifest.Files.Count} files ({TransferDisplay.Size(manifest.TotalBytes)}) into {to}.");
            return ExitCode.Success;
        });
        return command;
    }
}
