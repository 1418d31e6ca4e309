using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Chat;

/// <summary>What is pasted into <c>rill chat</c> at a terminal that marks pastes, as nearly all do.</summary>
public sealed class PasteTests
{
    private const string Begin = "\e[200~";
    private const string End = "\e[201~";

    [SkippableTheory]
    [InlineData(20)]
    [InlineData(4000)]
    public async Task Paste_ThatComesInPieces_IsOneText_HoweverLong(int count)
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Heard."));
        await using var terminal = await StartAsync(server);
        var lines = Enumerable.Range(0, count).Select(number => $"/line {number} of a text that was copied\r").ToList();

        await terminal.TypeAsync(Begin + string.Concat(lines.Take(count / 2)));
        await Task.Delay(500);    // so that its last line end has nothing behind it when it is read
        await terminal.TypeAsync(string.Concat(lines.Skip(count / 2)) + "the end" + End);
        await terminal.SeeAsync("the end");
        await terminal.TypeAsync("?\r");
        await terminal.SeeAsync("Heard.");

        Assert.Single(server.Requests);
        Assert.Equal("Read: " + string.Concat(lines).Replace('\r', '\n') + "the end?", server.LastQuestion);
        await terminal.SeeAsync("> ");
        await terminal.TypeAsync(PseudoTerminal.CtrlD);
        Assert.Equal(0, await terminal.EndAsync());
        Assert.True(Last(terminal, "\e[?2004l") > Last(terminal, "\e[?2004h"), "The terminal goes on marking pastes for the next program.");
    }

    [SkippableTheory]
    [InlineData(100, "\e", "[200~one\r", "\e[", "201~")]
    [InlineData(100, "\e[2", "00~one\r", "\e[201", "~")]
    [InlineData(2000, "\e[200~one\r\e[201", "~")]    // of a terminal that stood still
    public async Task Marks_ThatComeInPieces_AreMarks(int pause, params string[] pieces)
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Heard."));
        await using var terminal = await StartAsync(server);

        foreach (var piece in pieces)
        {
            await terminal.TypeAsync(piece);
            await Task.Delay(pause);
        }

        await terminal.TypeAsync("two\r");
        await terminal.SeeAsync("Heard.");

        Assert.Equal("Read: one\ntwo", server.LastQuestion);
    }

    private static int Last(PseudoTerminal terminal, string text) => terminal.Shown.LastIndexOf(text, StringComparison.Ordinal);

    /// <summary>Starts a chat that has read something: from then on the terminal gives it keys, of which any number can wait, and no lines.</summary>
    private static async Task<PseudoTerminal> StartAsync(OtherServer server)
    {
        var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync("\e[?2004h");
        await terminal.TypeAsync("Read: ");
        await terminal.SeeAsync("\e[0mRead: ");
        return terminal;
    }
}
