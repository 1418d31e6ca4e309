using System.Text.Json;
using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Chat;

/// <summary><c>rill chat</c> at a real terminal.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ChatTerminalTests(ScriptedServer rill)
{
    private const string Prompt = "> ";

    [SkippableFact]
    public async Task CtrlC_StopsTheAnswerAlone_AndTwiceAtThePromptLeaves()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", rill.Url);
        await terminal.SeeAsync("/help lists commands");
        await terminal.SeeAsync(Prompt);

        await terminal.TypeAsync("!endless\r");
        await terminal.SeeAsync("1 2 3");
        await terminal.TypeAsync(PseudoTerminal.CtrlC);
        await terminal.SeeAsync("stopped · first token after ");
        await terminal.SeeAsync(Prompt);
        await terminal.TypeAsync("!text still here\r");
        await terminal.SeeAsync("still here\r\n");
        await terminal.SeeAsync("11 tokens at ");
        await terminal.SeeAsync(Prompt);
        await terminal.TypeAsync(PseudoTerminal.CtrlC);
        await terminal.SeeAsync("Ctrl+C again");
        await terminal.SeeAsync(Prompt);
        await terminal.TypeAsync(PseudoTerminal.CtrlC);

        Assert.Equal(0, await terminal.EndAsync());
    }

    [SkippableFact]
    public async Task Commands_ChangeWhatIsAsked()
    {
        PseudoTerminal.SkipUnlessThere();
        using var directory = new TemporaryDirectory();
        var file = directory.File("talk.json");
        await using var server = await OtherServer.StartAsync((http, number) => OtherServer.AnswerAsync(http, $"Answer {number}."));
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);

        await SayAsync(terminal, "/system Be brief.", "is set");
        await SayAsync(terminal, "/set temperature 0.7", """{"temperature":0.7}""");
        await SayAsync(terminal, "/set stream false", "is what rill chat itself sets");
        await SayAsync(terminal, "one", "Answer 0.");
        await SayAsync(terminal, "two", "Answer 1.");
        await SayAsync(terminal, "/retry", "Answer 2.");
        await SayAsync(terminal, "/undo", "Forgotten: two");
        await SayAsync(terminal, "three", "Answer 3.");
        await SayAsync(terminal, $"/save {file}", "Saved to");
        await SayAsync(terminal, "/clear", "forgotten");
        await SayAsync(terminal, "/model second", "The model is second.");
        await SayAsync(terminal, "four", "Answer 4.");
        await SayAsync(terminal, $"/load {file}", "2 questions, model first");
        await SayAsync(terminal, "five", "Answer 5.");
        await SayAsync(terminal, "/stats", "1 answers");
        await SayAsync(terminal, "/nope", "There is no command /nope");
        await SayAsync(terminal, "/help", "/save FILE");
        await terminal.TypeAsync("/quit\r");

        Assert.Equal(0, await terminal.EndAsync());
        Assert.Equal("system:Be brief. user:one assistant:Answer 0. user:two", Talk(server.Requests[2]));
        Assert.Equal("system:Be brief. user:one assistant:Answer 0. user:three", Talk(server.Requests[3]));
        Assert.Equal("system:Be brief. user:four", Talk(server.Requests[4]));
        Assert.Equal("second", server.Requests[4].GetProperty("model").GetString());
        Assert.Equal("system:Be brief. user:one assistant:Answer 0. user:three assistant:Answer 3. user:five", Talk(server.Requests[5]));
        Assert.Equal(0.7, server.Requests[5].GetProperty("temperature").GetDouble());
        Assert.True(server.Requests[5].GetProperty("stream").GetBoolean());
    }

    [SkippableTheory]
    [InlineData("abc\e[D\e[DX\r", "aXbc")]                               // arrows
    [InlineData("bc\u0001a\u0005d\r", "abcd")]                           // Ctrl+A, Ctrl+E
    [InlineData("one two\u0017three\r", "one three")]                    // Ctrl+W
    [InlineData("gone\u0015kept\r", "kept")]                             // Ctrl+U
    [InlineData("naïve 日本\u007f語\r", "naïve 日語")]                     // Backspace takes a whole character
    [InlineData("first \\\rsecond\r", "first \nsecond")]                 // a backslash at the end
    [InlineData("\"\"\"first\rsecond\r\"\"\"\r", "first\nsecond")]       // three quotes
    [InlineData("a\eb\r", "ab")]                                         // Escape, which means nothing
    [InlineData("/un\t\r", null)]                                        // Tab completes commands
    public async Task Keys_EditWhatIsSaid(string keys, string? expected)
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Heard."));
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);
        var lines = keys.Split('\r')[..^1];
        foreach (var line in lines[..^1])
        {
            // One after another, as fingers do it: lines that come at once are pasted.
            await terminal.TypeAsync(line + "\r");
            await terminal.SeeAsync("\n\r\e[2K\e[32m... ");
        }

        await terminal.TypeAsync(lines[^1] + "\r");

        if (expected is null)
        {
            await terminal.SeeAsync("Nothing was said yet.");
            return;
        }

        await terminal.SeeAsync("Heard.");
        Assert.Equal(expected, server.LastQuestion);
    }

    [SkippableFact]
    public async Task Paste_OfSeveralLines_IsOneText_AndUpBringsItBack()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Heard."));
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);

        await terminal.TypeAsync("first line\rsecond line");
        await terminal.SeeAsync("first line⏎second line");
        await terminal.TypeAsync("\r");
        await terminal.SeeAsync("Heard.");
        Assert.Equal("first line\nsecond line", server.LastQuestion);
        await terminal.SeeAsync(Prompt);
        await terminal.TypeAsync("\e[A");
        await terminal.SeeAsync("first line⏎second line");
        await terminal.TypeAsync("!\r");
        await terminal.SeeAsync("Heard.");
        Assert.Equal("first line\nsecond line!", server.LastQuestion);
        await terminal.SeeAsync(Prompt);
        await terminal.TypeAsync(PseudoTerminal.CtrlD);
        Assert.Equal(0, await terminal.EndAsync());
    }

    [SkippableFact]
    public async Task Answer_IsShownAsItComes_WithItsReasoningDim_AndNothingThatSteersTheTerminal()
    {
        PseudoTerminal.SkipUnlessThere();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await OtherServer.StartAsync(async (http, _) =>
        {
            OtherServer.BeginStream(http);
            await OtherServer.SendAsync(http, ": loading: fetching, 43 %");
            await goOn.Task;
            await OtherServer.SendAsync(http, """data: {"choices":[{"index":0,"delta":{"reasoning_content":"Let me see."}}]}""");
            await OtherServer.SendTextAsync(http, "Red: \e[31m, bell: \a, bye");
            await OtherServer.SendEndAsync(http);
        });
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);

        await terminal.TypeAsync("hi\r");
        await terminal.SeeAsync("the model is loading: fetching, 43 %");
        goOn.SetResult();
        await terminal.SeeAsync("\e[2mLet me see.");
        await terminal.SeeAsync("\e[0mRed: ␛[31m, bell: ␇, bye");
        await terminal.SeeAsync("2 tokens at ");
    }

    [SkippableFact]
    public async Task Retry_AfterAFailure_AsksAgain()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, number) => number == 0
            ? OtherServer.RefuseAsync(http, 500, "internal_error", "The server failed.")
            : OtherServer.AnswerAsync(http, "Now."));
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);

        await SayAsync(terminal, "hi", "rill: The server failed. (request id req-of-the-test)");
        await SayAsync(terminal, "/retry", "Now.");

        Assert.Equal("user:hi", Talk(server.Requests[1]));
    }

    [SkippableFact]
    public async Task Retry_ThatFailsOrIsStopped_LeavesTheAnswerThatWasThere()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, number) => number switch
        {
            1 => OtherServer.RefuseAsync(http, 500, "internal_error", "The server failed."),
            2 => Task.Delay(Timeout.Infinite, http.RequestAborted),
            _ => OtherServer.AnswerAsync(http, $"Answer {number}."),
        });
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);
        await terminal.SeeAsync(Prompt);

        await SayAsync(terminal, "one", "Answer 0.");
        await SayAsync(terminal, "/retry", "rill: The server failed.");
        await terminal.TypeAsync("/retry\r");
        await terminal.SeeAsync("waiting for the server (");
        await terminal.TypeAsync(PseudoTerminal.CtrlC);
        await terminal.SeeAsync("stopped");
        await terminal.SeeAsync(Prompt);
        await SayAsync(terminal, "two", "Answer 3.");
        await SayAsync(terminal, "/retry", "Answer 4.");
        await SayAsync(terminal, "three", "Answer 5.");

        Assert.Equal("user:one", Talk(server.Requests[1]));
        Assert.Equal("user:one", Talk(server.Requests[2]));
        Assert.Equal("user:one assistant:Answer 0. user:two", Talk(server.Requests[3]));
        Assert.Equal("user:one assistant:Answer 0. user:two assistant:Answer 4. user:three", Talk(server.Requests[5]));
    }

    [SkippableFact]
    public async Task AServerThatIsSlowToListItsModels_IsWaitedForVisibly()
    {
        PseudoTerminal.SkipUnlessThere();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Heard."));
        server.Models = async (http, _) =>
        {
            await goOn.Task;
            await OtherServer.ListAsync(http, "late");
        };
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);

        await terminal.SeeAsync("waiting for the server (");
        goOn.SetResult();
        await terminal.SeeAsync("late at http");
        await terminal.SeeAsync(Prompt);
    }

    private static async Task SayAsync(PseudoTerminal terminal, string text, string expected)
    {
        await terminal.TypeAsync(text);
        await terminal.SeeAsync(text);
        await terminal.TypeAsync("\r");
        await terminal.SeeAsync(expected);
        await terminal.SeeAsync(Prompt);
    }

    private static string Talk(JsonElement request) => string.Join(' ', request.GetProperty("messages").EnumerateArray()
        .Select(message => $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}"));
}
