using System.CommandLine;

namespace Rill.CommandLine.Store;

/// <summary><c>rill models</c>: models in directories, blob containers and hubs.</summary>
internal static class ModelsCommand
{
    /// <summary>The group of commands.</summary>
    public static Command Create() => new(
        "models",
        "Copies models between directories, blob containers and hubs, and checks them. An address is a directory, https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH, blob://CONTAINER/PATH (account: Rill__Store__BlobConnection), or hf://ORG/NAME[@REVISION][/FILE.gguf] (token: Rill__Store__HubToken or HF_TOKEN).")
    {
        ListCommand.Create(),
        VerifyCommand.Create(),
        PullCommand.Create(),
        PushCommand.Create(),
    };
}
