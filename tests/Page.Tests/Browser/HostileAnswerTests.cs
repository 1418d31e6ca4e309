using Microsoft.Playwright;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>A model says what its text makes it say: whatever that is, it stays text.</summary>
[Collection(nameof(World))]
public sealed class HostileAnswerTests(World world)
{
    /// <summary>Each would set this, open a dialog, or ask a server elsewhere.</summary>
    private const string Mark = "window.hacked=1;alert(1)";

    private const string Elsewhere = "http://elsewhere.example/";

    private static readonly string[] s_vectors =
    [
        $"<script>{Mark}</script>",
        $"<img src=x onerror=\"{Mark}\">",
        $"<img src=\"{Elsewhere}pixel.png\">",
        $"![a picture]({Elsewhere}picture.png)",
        $"![a picture](javascript:{Mark})",
        $"[a link](javascript:{Mark})",
        $"[a link](JaVaScRiPt:{Mark})",
        $"[a link](&#106;avascript:{Mark})",
        $"[a link](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        $"[a link](vbscript:{Mark})",
        $"<a href=\"javascript:{Mark}\">a link</a>",
        $"<javascript:{Mark}>",
        $"<svg onload=\"{Mark}\"><script>{Mark}</script></svg>",
        $"<svg><use href=\"{Elsewhere}sprite.svg#a\"/></svg>",
        $"<svg><animate onbegin=\"{Mark}\" attributeName=x dur=1s>",
        $"<math><mtext><table><mglyph><style><img src=x onerror=\"{Mark}\">",
        $"<math href=\"javascript:{Mark}\"><mi>click</mi></math>",
        $"<iframe src=\"javascript:{Mark}\"></iframe><iframe srcdoc=\"<script>parent.{Mark}</script>\"></iframe>",
        $"<object data=\"{Elsewhere}\"></object><embed src=\"{Elsewhere}\">",
        $"<link rel=stylesheet href=\"{Elsewhere}style.css\"><style>@import url({Elsewhere}style.css);</style>",
        $"<div style=\"background:url({Elsewhere}b.png)\">styled</div>",
        $"<form action=\"{Elsewhere}\"><input autofocus onfocus=\"{Mark}\"><button>send</button></form>",
        $"<details open ontoggle=\"{Mark}\"><summary>s</summary></details>",
        $"<video src=x onerror=\"{Mark}\"></video><audio src=\"{Elsewhere}a.mp3\" autoplay></audio>",
        $"<body onload=\"{Mark}\"><base href=\"{Elsewhere}\"><meta http-equiv=refresh content=\"0;url={Elsewhere}\">",
        $"<template><script>{Mark}</script></template><noscript><p title=\"</noscript><img src=x onerror={Mark}>\">",
        $"<p id=\"prompt\" name=\"body\">clobbered</p><form id=\"document\"><input name=\"cookie\"></form>",
        $"```\"><img src=x onerror=\"{Mark}\">\\ncode\\n```",
        $"```html\\n<script>{Mark}</script>\\n```",
        $"`<img src=x onerror=\"{Mark}\">`",
        $"| a |\\n|---|\\n| <img src=x onerror=\"{Mark}\"> |",
        $"[x]: javascript:{Mark}\\n\\n[a reference][x]",
        $@"$\href{{javascript:{Mark}}}{{x}}$ and $\url{{javascript:{Mark}}}$ and $\htmlData{{x=1}}{{y}}$ and $\includegraphics{{{Elsewhere}m.png}}$",
        $@"$$\class{{a"" onmouseover=""{Mark}}}{{x}} \style{{background:url({Elsewhere}s.png)}}{{y}} \unicode{{<img src=x onerror={Mark}>}}$$",
        $@"$</math><img src=x onerror=""{Mark}"">$",
    ];

    [SkippableFact]
    public async Task Answer_WithMarkupOfEveryKind_RunsNothingAndAsksNobody()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.SendAsync($"!text {string.Join(@"\n\n", s_vectors)}\\n\\nThe end of it");

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("The end of it");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        await PokeAsync(visit);
        await AssertHarmlessAsync(visit);
    }

    [SkippableFact]
    public async Task EverythingElseThatAModelOrAPersonSays_RunsNothingEither()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("tools").FillAsync("""[{"name":"f"}]""");
        const string image = $"<img src=x onerror=window.hacked=1>";
        await visit.SendAsync($$$"""
            {{{image}}} <script>{{{Mark}}}</script>
            !text <think>{{{image}}} [x](javascript:{{{Mark}}})</think><tool_call>\n{"name":"f","arguments":{"a":"{{{image}}}"}}\n</tool_call>
            !answer {result}
            """);
        await Expect(visit.Of("tool-calls")).ToBeVisibleAsync();
        await visit.Of("reasoning").Locator("summary").ClickAsync();
        await visit.Of("tool-result").FillAsync(image);
        await visit.Of("send-results").ClickAsync();
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("<img src=x");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        await visit.ExpectKeptAsync("\"finish\":\"stop\"");

        await visit.Page.ReloadAsync();
        await Expect(visit.Of("tool-calls")).ToBeVisibleAsync();
        await PokeAsync(visit);
        await AssertHarmlessAsync(visit);
    }

    /// <summary>Moves over and clicks what an answer has made: a handler or a link that got through would now do its work.</summary>
    private static async Task PokeAsync(Visit visit) => await visit.Page.EvaluateAsync("""
        () => {
          for (const element of document.querySelectorAll('[data-testid^=message] *')) {
            for (const name of ['mouseover', 'focus', 'toggle', 'error', 'load']) element.dispatchEvent(new Event(name));
            if (element.tagName === 'A' && element.protocol === 'javascript:') element.click();
          }
        }
        """);

    private static async Task AssertHarmlessAsync(Visit visit)
    {
        await visit.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.True(await visit.Page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("""
            () => [...document.querySelectorAll('[data-testid^=message] *')].filter(element =>
              ['SCRIPT', 'STYLE', 'LINK', 'META', 'BASE', 'IFRAME', 'OBJECT', 'EMBED', 'IMG', 'VIDEO', 'AUDIO', 'SOURCE', 'TEMPLATE'].includes(element.tagName.toUpperCase())
              || [...element.attributes].some(({ name, value }) => name.startsWith('on') || /^\s*(javascript|data|vbscript):/i.test(value))
              || element.id === 'prompt')
              .map(element => element.outerHTML).join('\n')
            """));
        visit.AssertClean();
    }
}
