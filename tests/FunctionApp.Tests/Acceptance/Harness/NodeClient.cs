using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Runs scripts of the folder <c>node</c> against a server, with the official npm clients.</summary>
internal static class NodeClient
{
    private static readonly NodeFolder s_folder = new(BuiltPrograms.NodeScripts);

    /// <summary>Runs a script; skips the test where Node is absent, except in continuous integration.</summary>
    public static Task<IReadOnlyList<JsonElement>> RunAsync(RillServer server, string script, params string[] args) =>
        s_folder.RunAsync(script, [server.ApiUri().ToString(), .. args]);
}
