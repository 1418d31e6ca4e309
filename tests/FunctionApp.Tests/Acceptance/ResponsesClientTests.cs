#pragma warning disable OPENAI001 // The client marks its Responses part as one that may change.

using System.ClientModel;
using OpenAI.Responses;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>What the official clients make of the Responses API (contract A.5).</summary>
[Collection(nameof(ClientsServer))]
public sealed class ResponsesClientTests(ClientsServer profile)
{
    private const string Prompt = "!delay ms=2\n!text Grüße 🌊, \"quoted\"\\nnew line.";
    private const string Text = "Grüße 🌊, \"quoted\"\nnew line.";

    private readonly RillServer _server = profile.Server;

    [SkippableFact]
    public async Task Case90_Npm_ReadsWholeAndStreamedResponses()
    {
        var runs = await NodeClient.RunAsync(_server, "responses.mjs", ResponsesJson.Of(Prompt), "create", "helper", "stream");

        Assert.Equal([Text, Text], runs.Take(2).Select(run => run.GetProperty("text").GetString()));
        Assert.Equal(33, runs[1].GetProperty("response").GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Equal("response.completed", runs[2].GetProperty("types").EnumerateArray().Last().GetString());
    }

    [SkippableFact]
    public async Task Case90_Npm_ReadsReasoningAndCalls()
    {
        var runs = await NodeClient.RunAsync(_server, "responses.mjs", ResponsesJson.Of(ResponsesJson.Calling, ResponsesJson.Tools), "create", "helper");

        Assert.All(runs, run =>
        {
            var output = run.GetProperty("response").GetProperty("output").EnumerateArray().ToList();
            Assert.Equal(["reasoning", "message", "function_call"], output.Select(ResponsesJson.Type));
            Assert.Equal("Hm.", output[0].GetProperty("summary")[0].GetProperty("text").GetString());
            Assert.Contains("Bern", output[2].GetProperty("arguments").GetString(), StringComparison.Ordinal);
        });
    }

    [SkippableFact]
    public async Task Npm_ReadsAParsedAnswer()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "responses.mjs", ResponsesJson.Of("!text {\"a\":7}", """
            "text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}}
            """), "parse"));

        Assert.Equal(7, run.GetProperty("parsed").GetProperty("a").GetInt32());
    }

    [SkippableFact]
    public async Task Npm_GoesOnReadsListsCountsAndDeletes()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "responses.mjs", ResponsesJson.Of("!text hi"), "kept"));

        Assert.Equal((true, "hi", 1), (run.GetProperty("same").GetBoolean(), run.GetProperty("next").GetString(), run.GetProperty("items").GetInt32()));
        Assert.Equal("!text hi".Length, run.GetProperty("counted").GetInt32());
        Assert.Equal("response_not_found", run.GetProperty("gone").GetProperty("code").GetString());
    }

    [SkippableFact]
    public async Task Case92_Npm_ThrowsAFaultOfAStreamWithItsMessage()
    {
        var runs = await NodeClient.RunAsync(_server, "responses.mjs", ResponsesJson.Of("!text hello\n!fault after=3"), "stream", "helper");

        Assert.All(runs, run => Assert.Contains("scripted fault", run.GetProperty("message").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Case90_DotNet_ReadsWholeAndStreamedResponses()
    {
        ResponseResult whole = await Client().CreateResponseAsync(ScriptedServer.ModelId, Prompt);
        var text = "";
        ResponseResult? last = null;
        await foreach (var update in await Client().CreateResponseStreamingAsync(ScriptedServer.ModelId, Prompt))
        {
            text += update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
            last = update is StreamingResponseCompletedUpdate completed ? completed.Response : last;
        }

        Assert.Equal((Text, ResponseStatus.Completed, 33), (whole.GetOutputText(), whole.Status, whole.Usage.OutputTokenCount));
        Assert.Equal((Text, Text, 33), (text, last!.GetOutputText(), last.Usage.OutputTokenCount));
    }

    [Fact]
    public async Task DotNet_GoesOnReadsListsAndDeletes()
    {
        ResponseResult made = await Client().CreateResponseAsync(ScriptedServer.ModelId, "!text hi");
        ResponseResult next = await Client().CreateResponseAsync(ScriptedServer.ModelId, "!text there", made.Id);
        ResponseResult kept = await Client().GetResponseAsync(made.Id);
        var items = new List<ResponseItem>();
        await foreach (var item in Client().GetResponseInputItemsAsync(made.Id))
        {
            items.Add(item);
        }

        await Client().DeleteResponseAsync(made.Id);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => Client().GetResponseAsync(made.Id));

        Assert.Equal(("there", made.Id, "hi"), (next.GetOutputText(), next.PreviousResponseId, kept.GetOutputText()));
        Assert.Equal("!text hi", Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(items)).Content[0].Text);
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task DotNet_ThrowsAFaultOfAStream() => await Assert.ThrowsAnyAsync<Exception>(async () =>
    {
        await foreach (var update in await Client().CreateResponseStreamingAsync(ScriptedServer.ModelId, "!text hello\n!fault after=3"))
        {
            Assert.IsNotType<StreamingResponseCompletedUpdate>(update);
        }
    });

    private ResponsesClient Client() => new(new ApiKeyCredential("unused"), new ResponsesClientOptions { Endpoint = _server.ApiUri() });
}
