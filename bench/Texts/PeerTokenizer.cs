using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Bench.Peer;
using Rill.Bench.Servers;

namespace Rill.Bench.Texts;

/// <summary>
/// Hugging Face's tokenizers in a process of Node's, asked in JSON lines; it takes the time itself, around the calls alone. The package is
/// installed with npm at the first use, in the version that the lock file names.
/// </summary>
internal sealed class PeerTokenizer : IDisposable
{
    private readonly Process _process;

    private PeerTokenizer(Process process) => _process = process;

    /// <summary>Name and version of the package.</summary>
    public required string Package { get; init; }

    /// <summary>Starts the peer.</summary>
    /// <param name="root">The checkout's folder.</param>
    /// <exception cref="InvalidOperationException">Node or npm is missing, or the package cannot be installed.</exception>
    public static PeerTokenizer Start(string root)
    {
        var folder = Path.Combine(root, "bench", "Peer", "tokenizers");
        var version = NpmPackage.Ensure(folder, "tokenizers");
        return new(NpmPackage.Start("node", folder, "--expose-gc", "peer.mjs")) { Package = $"tokenizers {version}" };
    }

    /// <summary>Gives the peer texts, to be spoken of by their set's name.</summary>
    public void Keep(TextSet texts) =>
        Ask(new() { ["op"] = "texts", ["name"] = texts.Name, ["documents"] = new JsonArray([.. texts.Documents.Select(text => (JsonNode)text)]) });

    /// <summary>Loads a tokenizer.json afresh, with empty caches, and returns the milliseconds.</summary>
    public double Load(string file) => Ask(new() { ["op"] = "load", ["file"] = file }).GetProperty("ms").GetDouble();

    /// <summary>The ids of every document.</summary>
    public IReadOnlyList<int[]> Encode(TextSet texts) =>
        [.. Ask(new() { ["op"] = "ids", ["texts"] = texts.Name }).GetProperty("ids").EnumerateArray()
            .Select(ids => ids.EnumerateArray().Select(id => id.GetInt32()).ToArray())];

    /// <summary>The milliseconds that one pass over all documents takes on average, and its tokens.</summary>
    public (double Milliseconds, int Tokens) Time(TextSet texts, int passes)
    {
        var answer = Ask(new() { ["op"] = "encode", ["texts"] = texts.Name, ["passes"] = passes });
        return (answer.GetProperty("ms").GetDouble() / passes, answer.GetProperty("tokens").GetInt32());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.EndWithin(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private JsonElement Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        return JsonElement.Parse(_process.AwaitLine() ?? throw new InvalidOperationException("The peer, Node with tokenizers, has ended."));
    }
}
