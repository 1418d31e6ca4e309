using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Chat;

/// <summary><c>rill chat</c> among other programs: a question in, the answer alone out.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ChatPipeTests(ScriptedServer rill)
{
    private const string Dead = "http://127.0.0.1:1";

    [Fact]
    public async Task Chat_OfAPipe_PrintsTheAnswerAlone()
    {
        var result = await RillProcess.RunAsync("hi\n", "chat", "--url", rill.Url);

        Assert.Equal((0, "The river does not hurry, and yet every drop arrives.\n", ""), (result.ExitCode, result.Text, result.Error));
    }

    [Fact]
    public async Task Chat_OfAModelThatThinks_PrintsTheAnswerAlone()
    {
        var result = await RillProcess.RunAsync("!text <think>Hm, who asks?</think>Good day.", "chat", "--url", rill.Url);

        Assert.Equal((0, "Good day.\n"), (result.ExitCode, result.Text));
    }

    [Fact]
    public async Task Chat_OfAnUnknownModel_SaysWhatTheServerSays()
    {
        var result = await RillProcess.RunAsync("hi", "chat", "--url", rill.Url, "--model", "nobody");

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Matches(@"^rill: The model 'nobody' does not exist: .* \(request id \S+\)\n$", result.Error);
    }

    [Fact]
    public async Task Chat_WithoutAServer_Fails()
    {
        var result = await RillProcess.RunAsync("hi", "chat", "--url", Dead);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("rill: http://127.0.0.1:1/v1 cannot be reached: ", result.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("chat")]
    [InlineData("bench")]
    [InlineData("top")]
    public async Task Command_WithoutAnAddress_SaysHowToStartAServer(string command)
    {
        // In a network of its own nothing listens, whatever this machine runs.
        using var probe = RillProcess.Start("bash", ["-c", "unshare -rn true"], []);
        Skip.If((await RillProcess.FinishAsync(probe, [])).ExitCode != 0, "This machine makes no networks.");
        using var process = RillProcess.Start("unshare", ["-rn", "dotnet", RillProcess.Assembly, command], []);

        var result = await RillProcess.FinishAsync(process, "hi"u8.ToArray());

        Assert.Equal((1, "", "rill: No server listens at http://localhost:7071/v1: start one with ./run in another terminal, or name one with --url.\n"),
            (result.ExitCode, result.Text, result.Error));
    }

    [Fact]
    public async Task Chat_OfAnEmptyPipe_Fails()
    {
        var result = await RillProcess.RunAsync("\n", "chat", "--url", rill.Url);

        Assert.Equal((1, "rill: Standard input is empty: it must hold the question.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Chat_WithABusyServer_WaitsAsLongAsItSays()
    {
        await using var server = await OtherServer.StartAsync((http, number) => number == 0
            ? OtherServer.RefuseAsync(http, 503, "server_is_overloaded", "The server is overloaded.", retryAfter: 1)
            : OtherServer.AnswerAsync(http, "At ", "last."));

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url);

        Assert.Equal((0, "At last.\n"), (result.ExitCode, result.Text));
        Assert.Equal("rill: The server is overloaded. (request id req-of-the-test) Trying again in 1 s.\n", result.Error);
    }

    [Fact]
    public async Task Chat_WithABusyServerAndNoPatience_Fails()
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.RefuseAsync(http, 503, "busy", "Busy.", retryAfter: 1));

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url, "--patience", "0");

        Assert.Equal((1, "rill: Busy. (request id req-of-the-test)\n"), (result.ExitCode, result.Error));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Chat_WithAServerThatSaysToComeBackAtOnce_Waits_LongerEachTime()
    {
        await using var server = await OtherServer.StartAsync((http, number) => OtherServer.RefuseAsync(http, 503, "busy", "Busy.", retryAfter: number < 2 ? 0 : null));

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url);

        const string Said = "rill: Busy. (request id req-of-the-test)";
        Assert.Equal((1, $"{Said} Trying again in 1 s.\n{Said} Trying again in 2 s.\n{Said}\n"), (result.ExitCode, result.Error));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Chat_WithAServerThatIsBusyBeforeItListsItsModels_WaitsAsLongAsItSays()
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "At last."));
        server.Models = (http, number) => number == 0
            ? OtherServer.RefuseAsync(http, 503, "starting", "Starting.", retryAfter: 1)
            : OtherServer.ListAsync(http, "late");

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url);

        Assert.Equal((0, "At last.\n"), (result.ExitCode, result.Text));
        Assert.Equal("rill: Starting. (request id req-of-the-test) Trying again in 1 s.\n", result.Error);
        Assert.Equal("late", Assert.Single(server.Requests).GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("saved")]
    [InlineData("second", "--model", "second")]
    public async Task Chat_WithAConversation_AsksItsModel_UnlessAnotherIsNamed(string expected, params string[] options)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("talk.json");
        await File.WriteAllTextAsync(
            file, """{"model":"saved","n":2,"temperature":0.5,"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"two"}]}""");
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Yes."));
        server.Models = (http, _) => OtherServer.RefuseAsync(http, 404, "not_found", "There is no such list.");

        var result = await RillProcess.RunAsync("three", ["chat", "--url", server.Url, "--load", file, .. options]);

        Assert.Equal((0, "Yes.\n", ""), (result.ExitCode, result.Text, result.Error));
        var request = Assert.Single(server.Requests);
        Assert.Equal(expected, request.GetProperty("model").GetString());
        Assert.Equal(0.5, request.GetProperty("temperature").GetDouble());
        Assert.False(request.TryGetProperty("n", out _));    // two answers could not be told apart
        Assert.Equal(3, request.GetProperty("messages").GetArrayLength());
    }

    [Theory]
    [InlineData("cut", "The connection was cut in the middle of the answer.")]
    [InlineData("error", "The model has failed.")]
    public async Task Chat_OfAStreamThatFails_PrintsWhatCame_AndFails(string how, string expected)
    {
        await using var server = await OtherServer.StartAsync(async (http, _) =>
        {
            OtherServer.BeginStream(http);
            await OtherServer.SendTextAsync(http, "Half an");
            if (how == "error")
            {
                await OtherServer.SendAsync(http, """data: {"error":{"message":"The model has failed.","type":"server_error","param":null,"code":"internal_error"}}""");
            }

            await Task.Delay(300);    // what was sent arrives
            http.Abort();
        });

        var result = await RillProcess.RunAsync("hi", "chat", "--url", server.Url);

        Assert.Equal((1, "Half an\n", $"rill: {expected}\n"), (result.ExitCode, result.Text, result.Error));
    }

    [Fact]
    public async Task Chat_SendsTheKeyOfTheEnvironment_TheModelAndTheSystemsMessage()
    {
        await using var server = await OtherServer.StartAsync((http, _) => OtherServer.AnswerAsync(http, "Yes."));
        using var process = RillProcess.Start(
            "dotnet", [RillProcess.Assembly, "chat", "--url", server.Url, "--system", "Be brief."], [KeyValuePair.Create("RILL_API_KEY", "secret-of-the-test")]);

        var result = await RillProcess.FinishAsync(process, "hi"u8.ToArray());

        Assert.Equal((0, "Yes.\n"), (result.ExitCode, result.Text));
        Assert.Equal("Bearer secret-of-the-test", Assert.Single(server.Keys));
        var request = Assert.Single(server.Requests);
        Assert.Equal("first", request.GetProperty("model").GetString());
        Assert.Equal("""[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]""", request.GetProperty("messages").GetRawText());
    }
}
