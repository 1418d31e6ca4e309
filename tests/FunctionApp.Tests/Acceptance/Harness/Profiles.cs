#pragma warning disable CA1711 // xunit's own word for what these are

using System.Globalization;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>The scripted model with the endpoint's own defaults, but for a short context and for embeddings.</summary>
public class ScriptedServer : ServerProfile
{
    public const string ModelId = "tests/scripted";
    public const int ContextLength = 4096;

    public ScriptedServer()
        : this(overlaps: false)
    {
    }

    private protected ScriptedServer(bool overlaps)
        : base(
            BuiltPrograms.ScriptedApp,
            ("Rill__ModelId", ModelId),
            ("Rill__Embeddings", "mean"),
            ("Scripted__Overlaps", overlaps ? "true" : "false"),
            ("Scripted__ContextLength", ContextLength.ToString(CultureInfo.InvariantCulture)))
    {
    }
}

/// <summary>Another one like it, for programs that are its clients: those take long, and the tests that speak to the server themselves need not wait for them.</summary>
public sealed class ClientsServer : ScriptedServer;

/// <summary>Another one like it, whose steps run beside the host, as on a GPU.</summary>
public sealed class OverlappingServer() : ScriptedServer(overlaps: true);

/// <summary>Short intervals, so that what takes a minute in production takes a second here, and a long context for big answers.</summary>
public sealed class QuickServer() : ServerProfile(
    BuiltPrograms.ScriptedApp,
    ("Rill__HeartbeatSeconds", "0.5"),
    ("Rill__WholeAnswerSeconds", "2"),
    ("Rill__WriteTimeoutSeconds", "2"),
    ("Scripted__ContextLength", "1048576"));

/// <summary>One place to run, one to wait, a key, a small body cap.</summary>
public sealed class BusyServer() : ServerProfile(
    BuiltPrograms.ScriptedApp,
    ("Rill__ApiKeys__0", Key),
    ("Rill__ApiKeys__1", OtherKey),
    ("Rill__MaxBodyBytes", "65536"),
    ("Rill__Engine__MaxSequences", "1"),
    ("Rill__Engine__MaxQueuedRequests", "1"))
{
    public const string Key = "first-key-of-the-tests";
    public const string OtherKey = "second-key-of-the-tests";

    internal static (string Name, string Value) Bearer => ("Authorization", "Bearer " + Key);
}

/// <summary>The other choice of every policy: clean ends after errors, none at all in the Messages API, first token before headers, slow readers pause.</summary>
public sealed class OtherPoliciesServer() : ServerProfile(
    BuiltPrograms.ScriptedApp,
    ("Rill__ErrorEnding", "Done"),
    ("Rill__AnthropicErrorEnding", "Cut"),
    ("Rill__FirstTokenBeforeHeaders", "true"),
    ("Rill__ReasoningKeys", "Reasoning"),
    ("Rill__Engine__SlowReader", "Pause"),
    ("Rill__Engine__PauseAfterTokens", "64"),
    ("Scripted__ContextLength", "1048576"));

/// <summary>A tiny model with random weights on the real runner, for cases that need logits or vectors.</summary>
public sealed class TinyModelServer : ServerProfile
{
    private readonly string _folder;

    public TinyModelServer()
        : this(Directory.CreateTempSubdirectory("rill-tiny-").FullName)
    {
    }

    private TinyModelServer(string folder)
        : base(BuiltPrograms.FunctionApp, ("Rill__Model", folder)) => _folder = folder;

    public override Task InitializeAsync()
    {
        TinyModel.Write(_folder);
        TinyModel.WritePooling(_folder, "pooling_mode_lasttoken");
        return base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(nameof(ScriptedServer))]
public sealed class ScriptedServerCollection : ICollectionFixture<ScriptedServer>;

[CollectionDefinition(nameof(ClientsServer))]
public sealed class ClientsServerCollection : ICollectionFixture<ClientsServer>;

[CollectionDefinition(nameof(QuickServer))]
public sealed class QuickServerCollection : ICollectionFixture<QuickServer>;

[CollectionDefinition(nameof(BusyServer))]
public sealed class BusyServerCollection : ICollectionFixture<BusyServer>;

[CollectionDefinition(nameof(OtherPoliciesServer))]
public sealed class OtherPoliciesServerCollection : ICollectionFixture<OtherPoliciesServer>;

[CollectionDefinition(nameof(TinyModelServer))]
public sealed class TinyModelServerCollection : ICollectionFixture<TinyModelServer>;
