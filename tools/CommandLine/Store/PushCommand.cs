using System.CommandLine;
using Rill.CommandLine.Help;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models push</c>: a directory's model into a blob container.</summary>
internal static class PushCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "A model's directory." };
        var address = new Argument<string>("ADDRESS") { Description = "A folder of a blob container." };
        var parallelism = StoreSettings.NewParallelism();
        var command = new DocumentedCommand(
            "push",
            "Copies a directory's model into a blob container: the files that make the model, and last the manifest with their hashes that the endpoint loads by. Broken off, it goes on where it ended when it is started again.",
            "rill models push models/rill-mini https://ACCOUNT.blob.core.windows.net/models/rill-mini",
            "Rill__Store__BlobConnection=UseDevelopmentStorage=true rill models push models/rill-mini blob://models/rill-mini") { directory, address, parallelism };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var from = parsed.GetRequiredValue(directory);
            var to = ModelAddress.Parse(parsed.GetRequiredValue(address)) as BlobAddress
                ?? throw new FailureException("A model is pushed to https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH or blob://CONTAINER/PATH.");
            var options = StoreSettings.Read(parsed.GetValue(parallelism));
            var manifest = await TransferDisplay.RunAsync(
                to.Name, progress => ModelPush.RunAsync(from.FullName, to, options, progress, cancellationToken)).ConfigureAwait(false);
            Console.WriteLine($"Pushed {manifest.Files.Count} files ({TransferDisplay.Size(manifest.TotalBytes)}) to {to}.");
            return ExitCode.Success;
        });
        return command;
    }
}
