using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Rill.Page.Tests.Support;

/// <summary>
/// axe over a window as it stands. Its own binding to Playwright opens a second window for each look, to join what frames have found, and puts
/// axe into both; pages here have no frames.
/// </summary>
internal static class Axe
{
    /// <summary>The rules that colours can break: of the others none sees whether a page is light or dark.</summary>
    public static readonly string[] RulesOfColour = ["color-contrast", "link-in-text-block"];

    private static readonly string s_script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Checks that axe complains of nothing.</summary>
    /// <param name="page">The window.</param>
    /// <param name="state">What it shows, for the message.</param>
    /// <param name="rules">The rules to go by; all that axe has switched on where none is named.</param>
    public static async Task FindsNothingAsync(IPage page, string state, params string[] rules)
    {
        Assert.Single(page.Frames); // it would not be asked about others
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
        {
            await page.EvaluateAsync(s_script);
        }

        var complaints = await page.EvaluateAsync<string[]>(
            """
            async rules => {
              const only = rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : {};
              const { violations } = await axe.run(document, { resultTypes: ['violations'], ...only });
              return violations.map(({ id, help, nodes }) =>
                [`${id}: ${help}`, ...nodes.map(node => `  ${node.html} ${node.any.map(check => check.message).join(' ')}`)].join('\n'));
            }
            """,
            rules);
        Assert.True(complaints.Length == 0, $"{state}: {string.Join('\n', complaints)}");
    }
}
