using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Rill.Page.Tests.Support;

/// <summary>One look at the page in a browser with nothing stored, and all that went wrong in it.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visit(IBrowserContext context, IPage page, Uri address) => (_context, Page, Address) = (context, page, address);

    /// <summary>The window.</summary>
    public IPage Page { get; }

    /// <summary>Where it looks.</summary>
    public Uri Address { get; }

    /// <summary>Opens a window.</summary>
    public static async Task<Visit> StartAsync(IBrowser browser, Uri address, BrowserNewContextOptions? options)
    {
        var context = await browser.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(AssemblySetup.PatienceMilliseconds);
        var page = await context.NewPageAsync();
        var visit = new Visit(context, page, address);
        visit.Listen();
        await page.GotoAsync(address.ToString());
        return visit;
    }

    /// <summary>The element with this test id.</summary>
    public ILocator Of(string testId) => Page.GetByTestId(testId);

    /// <summary>Types a message and sends it.</summary>
    public async Task SendAsync(string message)
    {
        await Of("prompt").FillAsync(message);
        await Of("prompt").PressAsync("Enter");
    }

    /// <summary>
    /// Waits until the browser's store has a text, or has it no more: what is shown is written a moment later, and a reload before that loses it.
    /// </summary>
    public async Task ExpectKeptAsync(string text, bool isKept = true) => Assert.True(
        await Page.EvaluateAsync<bool>(
            """
            async ({ text, isKept }) => {
              const resultOf = request => new Promise((resolve, reject) => {
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
              });
              const database = await resultOf(indexedDB.open('rill'));
              let isSo = false;
              for (let looks = 0; looks < 1200 && !isSo; looks++) {
                if (looks > 0) await new Promise(go => setTimeout(go, 50));
                const kept = await resultOf(database.transaction('conversations').objectStore('conversations').getAll());
                isSo = JSON.stringify(kept).includes(text) === isKept;
              }
              database.close();
              return isSo;
            }
            """,
            new { text, isKept }),
        $"The browser {(isKept ? "does not keep" : "still keeps")} '{text}'.");

    /// <summary>Checks that nothing broke the page's policy, asked elsewhere, opened a dialog, failed in a script or was complained of in the console.</summary>
    /// <param name="allowed">Parts of complaints that a test provokes, such as the browser's line on a status of 401.</param>
    public void AssertClean(params string[] allowed)
    {
        var complaints = _complaints.Where(complaint => !allowed.Any(part => complaint.Contains(part, StringComparison.Ordinal))).ToList();
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Listen()
    {
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"console {message.Type}: {message.Text}");
            }
        };
        Page.PageError += (_, error) => _complaints.Enqueue("script: " + error);
        Page.Dialog += async (_, dialog) =>
        {
            _complaints.Enqueue("dialog: " + dialog.Message);
            await dialog.DismissAsync();
        };
        _context.Request += (_, request) =>
        {
            var target = new Uri(request.Url);
            if (target.Scheme is not ("data" or "blob") && target.GetLeftPart(UriPartial.Authority) != Address.GetLeftPart(UriPartial.Authority))
            {
                _complaints.Enqueue("request elsewhere: " + request.Url);
            }
        };
    }
}
