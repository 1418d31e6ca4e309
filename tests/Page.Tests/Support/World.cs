using Microsoft.Playwright;
using Rill.FunctionApp.Tests.Host;

namespace Rill.Page.Tests.Support;

/// <summary>What all tests share: one browser, and the servers that they ask for, each started when the first test wants it.</summary>
public sealed class World : IAsyncLifetime
{
    /// <summary>The key of <see cref="LockedAsync"/>.</summary>
    public const string Key = "key-of-the-page-tests";

    private readonly Lazy<Task<RillServer>> _open = new(() => RillServer.StartScriptedAsync(new() { ["Rill__ModelId"] = "scripted" }));
    private readonly Lazy<Task<RillServer>> _locked = new(() => RillServer.StartScriptedAsync(new()
    {
        ["Rill__ApiKeys__0"] = Key,
        ["Rill__Engine__MaxSequences"] = "1",
    }));

    private readonly Lazy<Task<RillServer>> _off = new(() => RillServer.StartScriptedAsync(new() { ["Rill__Page"] = "off" }));
    private readonly Lazy<Task<RillServer>> _real = new(() => RillServer.StartAsync());
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The scripted model, without a key.</summary>
    internal Task<RillServer> OpenAsync() => _open.Value;

    /// <summary>The scripted model behind a key, with one place to run.</summary>
    internal Task<RillServer> LockedAsync() => _locked.Value;

    /// <summary>The default model.</summary>
    internal Task<RillServer> RealAsync() => _real.Value;

    /// <summary>One whose settings switch the page off.</summary>
    internal Task<RillServer> OffAsync() => _off.Value;

    /// <summary>A window of its own, with nothing stored, at a server's page.</summary>
    internal async Task<Visit> VisitAsync(RillServer server, string path = "", BrowserNewContextOptions? options = null)
    {
        InstalledBrowser.Require();
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = InstalledBrowser.Program, Args = InstalledBrowser.Arguments, Timeout = 2 * AssemblySetup.PatienceMilliseconds });
        return await Visit.StartAsync(_browser, new Uri(server.BaseUri, path), options);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        try
        {
            if (_browser is not null)
            {
                await _browser.DisposeAsync();
            }

            _playwright?.Dispose();
        }
        finally
        {
            await EndServersAsync();
        }
    }

    /// <summary>Ends all that have started. One whose start failed has ended already, and the test that wanted it has said so.</summary>
    private async Task EndServersAsync()
    {
        var starts = new[] { _open, _locked, _off, _real }.Where(server => server.IsValueCreated).Select(server => server.Value).ToList();
        Task all = Task.WhenAll(starts);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(starts.Where(start => start.IsCompletedSuccessfully).Select(async start => await (await start).DisposeAsync()));
    }
}

/// <summary>The tests of a browser run one after another: a second window would only make both slow.</summary>
[CollectionDefinition(nameof(World))]
public sealed class OneWorld : ICollectionFixture<World>;
