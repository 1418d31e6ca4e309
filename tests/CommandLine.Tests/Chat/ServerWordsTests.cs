using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Chat;

/// <summary>Nothing that a server says steers the terminal of <c>rill chat</c>.</summary>
public sealed class ServerWordsTests
{
    private const string Message = @"\u001b[31mred\nrows\u0007";    // as in JSON
    private const string Shown = "␛[31mred rows␇.";

    [Fact]
    public async Task Errors_AreOneLine_WithoutControlCharacters()
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.RefuseAsync(http, 400, "bad", Message));

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url);

        Assert.Equal((1, $"rill: {Shown} (request id req-of-the-test)\n"), (result.ExitCode, result.Error));
    }

    [SkippableFact]
    public async Task NamesProgressAndErrors_AreShownWithoutControlCharacters()
    {
        PseudoTerminal.SkipUnlessThere();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await OtherServer.StartAsync(async (http, number) =>
        {
            if (number > 0)
            {
                await OtherServer.RefuseAsync(http, 503, "busy", Message, retryAfter: number == 1 ? 2 : null);
                return;
            }

            OtherServer.BeginStream(http);
            await OtherServer.SendAsync(http, ": loading: \e[31mfetching");
            await goOn.Task;
            await OtherServer.SendTextAsync(http, "Heard.");
            await OtherServer.SendEndAsync(http);
        });
        server.Models = (http, _) => OtherServer.ListAsync(http, "a\e[31m");
        await using var terminal = PseudoTerminal.StartRill("chat", "--url", server.Url);

        await terminal.SeeAsync("a␛[31m at http");
        await terminal.SeeAsync("> ");
        await terminal.TypeAsync("hi\r");
        await terminal.SeeAsync("the model is loading: ␛[31mfetching");
        goOn.SetResult();
        await terminal.SeeAsync("Heard.");
        await terminal.SeeAsync("> ");
        await terminal.TypeAsync("again\r");
        await terminal.SeeAsync("␛[31mred rows␇ Trying again in 2 s");
        await terminal.SeeAsync($"rill: {Shown} (request id ");
    }

    [SkippableFact]
    public async Task AnAnswerToAPipe_OnATerminal_IsShownWithoutControlCharacters()
    {
        PseudoTerminal.SkipUnlessThere();
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Red: \e[31m, bye"));
        await using var terminal = PseudoTerminal.Start($"sh -c \"echo hi | dotnet '{RillProcess.Assembly}' chat --url {server.Url}\"");

        await terminal.SeeAsync("Red: ␛[31m, bye");
    }
}
