using System.CommandLine;
using Rill.CommandLine.Help;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models verify</c>: are all bytes of a model what its manifest says?</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var address = new Argument<string>("ADDRESS") { Description = "A directory, or a remote model, which is then read whole." };
        var against = new Option<string>("--against") { Description = "For a directory: the remote model that it should be; without it, the manifest that a pull has left there.", HelpName = "ADDRESS" };
        var command = new DocumentedCommand(
            "verify",
            "Reads all of a model and compares sizes and hashes with its manifest: exit code 0 if all is right, else 1 and a line for each file that is not.",
            "rill models verify models/NAME",
            "rill models verify models/NAME --against hf://ORG/NAME") { address, against };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var model = ModelAddress.Parse(parsed.GetRequiredValue(address));
            var other = parsed.GetValue(against) is { } text ? ModelAddress.Parse(text) : null;
            var wrong = await TransferDisplay.RunAsync(model.Name, progress => VerifyAsync(model, other, progress, cancellationToken)).ConfigureAwait(false);
            foreach (var file in wrong)
            {
                Console.WriteLine($"{file}: missing or damaged");
            }

            Console.WriteLine(wrong.Count == 0 ? "All files are what the manifest says." : $"{wrong.Count} files are not what the manifest says.");
            return wrong.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static async Task<IReadOnlyList<string>> VerifyAsync(ModelAddress model, ModelAddress? against, TransferProgress progress, CancellationToken cancellationToken)
    {
        var options = StoreSettings.Read();
        if (model is DirectoryAddress directory)
        {
            return await ModelVerify.DirectoryAsync(directory.Path, against, options, progress, cancellationToken).ConfigureAwait(false);
        }

        await ModelVerify.RemoteAsync(model, options, progress, cancellationToken).ConfigureAwait(false);
        return [];
    }
}
