using System.CommandLine;
using Rill.CommandLine.Help;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models push</c>: a local model into a blob container.</summary>
internal static class PushCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = new Argument<string>("MODEL") { Description = "A model's directory, or a GGUF file, whose further parts follow it." };
        var address = new Argument<string>("ADDRESS") { Description = "A folder of a blob container." };
        var parallelism = StoreSettings.NewParallelism();
        var command = new DocumentedCommand(
            "push",
            "Copies a local model into a blob container: the files that make the model, and last the manifest with their hashes that the endpoint loads by. Broken off, it goes on where it ended when it is started again.",
            "rill models push models/rill-mini https://ACCOUNT.blob.core.windows.net/models/rill-mini",
            "rill models push models/NAME-Q4_K_M.gguf https://ACCOUNT.blob.core.windows.net/models/NAME",
            "Rill__Store__BlobConnection=UseDevelopmentStorage=true rill models push models/rill-mini blob://models/rill-mini") { directory, address, parallelism };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var from = parsed.GetRequiredValue(directory);
            var to = ModelAddress.Parse(parsed.GetRequiredValue(address)) as BlobAddress
                ?? throw new FailureException("A model is pushed to https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH or blob://CONTAINER/PATH.");
            var options = StoreSettings.Read(parsed.GetValue(parallelism));
            var manifest = await TransferDisplay.RunAsync(
                to.Name, progress => ModelPush.RunAsync(from, to, options, progress, cancellationToken)).ConfigureAwait(false);
            Console.WriteLine($"Pushed {manifest.Files.Count} files ({TransferDisplay.Size(manifest.TotalBytes)}) to {to}.");
            return ExitCode.Success;
        });
        return command;
    }
}
