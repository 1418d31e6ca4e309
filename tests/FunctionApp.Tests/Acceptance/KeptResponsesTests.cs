using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Responses that are kept, and those that are not (contract A.5).</summary>
public sealed class KeptResponsesTests(KeptResponsesServer profile) : IClassFixture<KeptResponsesServer>
{
    private static readonly (string Name, string Value) s_other = ("Authorization", "Bearer " + KeptResponsesServer.OtherKey);

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Response_IsKept_WithItsInput(bool streams)
    {
        var made = await MakeAsync("!text hi", streams: streams);

        var kept = await SendAsync(HttpMethod.Get, Path(made));
        Assert.Equal(made.GetRawText(), kept.Body);
        Assert.True(made.GetProperty("store").GetBoolean());
        var items = (await SendAsync(HttpMethod.Get, Path(made) + "/input_items")).Json;
        var item = Assert.Single(items.GetProperty("data").EnumerateArray());
        Assert.Equal(("list", "message", "user"), (items.GetProperty("object").GetString(), ResponsesJson.Type(item), item.GetProperty("role").GetString()));
        Assert.Equal("""[{"type":"input_text","text":"!text hi"}]""", item.GetProperty("content").GetRawText());
        Assert.Equal(item.GetProperty("id").GetString(), items.GetProperty("first_id").GetString());
    }

    [Fact]
    public async Task InputItems_AreListedInPages()
    {
        var made = await MakeAsync("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"!text c"}]""");

        var newest = (await SendAsync(HttpMethod.Get, Path(made) + "/input_items?limit=2")).Json;
        var rest = (await SendAsync(HttpMethod.Get, $"{Path(made)}/input_items?limit=2&after={newest.GetProperty("last_id").GetString()}")).Json;
        var ascending = (await SendAsync(HttpMethod.Get, Path(made) + "/input_items?order=asc")).Json;

        Assert.Equal(["!text c", "b"], Texts(newest));
        Assert.Equal((true, false), (newest.GetProperty("has_more").GetBoolean(), rest.GetProperty("has_more").GetBoolean()));
        Assert.Equal(["a"], Texts(rest));
        Assert.Equal(["a", "b", "!text c"], Texts(ascending));
        (await SendAsync(HttpMethod.Get, Path(made) + "/input_items?limit=0")).AssertError(400, "invalid_value", "limit");
        (await SendAsync(HttpMethod.Get, Path(made) + "/input_items?order=up")).AssertError(400, "invalid_value", "order");
    }

    [Fact]
    public async Task Response_OfAnotherKey_IsNotThere()
    {
        var id = Id(await MakeAsync("!text hi"));

        (await SendAsync(HttpMethod.Get, $"/v1/responses/{id}", null, s_other)).AssertError(404, "response_not_found", null);
        (await SendAsync(HttpMethod.Get, $"/v1/responses/{id}/input_items", null, s_other)).AssertError(404, "response_not_found", null);
        (await SendAsync(HttpMethod.Delete, $"/v1/responses/{id}", null, s_other)).AssertError(404, "response_not_found", null);
        (await SendAsync(HttpMethod.Post, ResponsesJson.Path, ResponsesJson.Of("a", $"\"previous_response_id\":\"{id}\""), s_other))
            .AssertError(404, "previous_response_not_found", "previous_response_id");
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, $"/v1/responses/{id}")).Status);
    }

    [Fact]
    public async Task Response_GoesOnWithThePreviousOne_UntilItIsDeleted()
    {
        var first = Id(await MakeAsync("!text one"));
        var second = await MakeAsync("!text two", $"\"previous_response_id\":\"{first}\"");
        Assert.Equal((first, "two"), (second.GetProperty("previous_response_id").GetString(), ResponsesJson.Text(second)));

        var deleted = await SendAsync(HttpMethod.Delete, $"/v1/responses/{first}");

        Assert.Equal($"{{\"id\":\"{first}\",\"object\":\"response\",\"deleted\":true}}", deleted.Body);
        (await SendAsync(HttpMethod.Get, $"/v1/responses/{first}")).AssertError(404, "response_not_found", null);
        (await SendAsync(HttpMethod.Post, ResponsesJson.Path, ResponsesJson.Of("a", $"\"previous_response_id\":\"{Id(second)}\"")))
            .AssertError(404, "previous_response_not_found", "previous_response_id");
    }

    [Fact]
    public async Task Reference_ToAnItemOfAKeptResponse_IsTaken()
    {
        var item = (await MakeAsync("!text hi")).GetProperty("output")[0].GetProperty("id").GetString();

        var next = await MakeAsync($"[{{\"type\":\"item_reference\",\"id\":\"{item}\"}},{{\"role\":\"user\",\"content\":\"!text there\"}}]");

        Assert.Equal("there", ResponsesJson.Text(next));
        var items = (await SendAsync(HttpMethod.Get, Path(next) + "/input_items")).Json;
        Assert.Equal(["!text there", "hi"], Texts(items));
    }

    [Fact]
    public async Task Case94_Cancel_OfWhatIsNoBackgroundResponse_IsRefused()
    {
        (await SendAsync(HttpMethod.Post, $"{Path(await MakeAsync("!text hi"))}/cancel")).AssertError(400, "invalid_value", null);
        (await SendAsync(HttpMethod.Post, "/v1/responses/resp_0/cancel")).AssertError(404, "response_not_found", null);
    }

    [Fact]
    public async Task StreamOfAKeptResponse_IsRefusedByName() =>
        (await SendAsync(HttpMethod.Get, $"{Path(await MakeAsync("!text hi"))}?stream=true&starting_after=2")).AssertError(400, "unsupported_parameter", "stream");

    [Fact]
    public async Task Store_False_KeepsNothing()
    {
        var made = await MakeAsync("!text hi", "\"store\":false");

        Assert.False(made.GetProperty("store").GetBoolean());
        (await SendAsync(HttpMethod.Get, Path(made))).AssertError(404, "response_not_found", null);
    }

    [Fact]
    public async Task AnswerThatFails_IsNotKept()
    {
        var stream = await _server.StreamAtAsync(ResponsesJson.Path, ResponsesJson.Streaming("!text hello\n!fault after=3"), KeptResponsesServer.Bearer);
        var begun = ResponsesJson.Events(stream)[0].GetProperty("response");

        (await SendAsync(HttpMethod.Get, Path(begun))).AssertError(404, "response_not_found", null);
    }

    [Fact]
    public async Task Case95_BeyondTheLimit_TheOldestIsGone()
    {
        var ids = new List<string>();
        for (var i = 0; i < KeptResponsesServer.Limit + 1; i++)
        {
            ids.Add(Id(await MakeAsync($"!text {i}")));
        }

        (await SendAsync(HttpMethod.Get, $"/v1/responses/{ids[0]}")).AssertError(404, "response_not_found", null);
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, $"/v1/responses/{ids[1]}")).Status);
    }

    private static string Id(JsonElement response) => response.GetProperty("id").GetString()!;

    private static string Path(JsonElement response) => $"/v1/responses/{Id(response)}";

    private static IEnumerable<string?> Texts(JsonElement list) =>
        list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString());

    private Task<ServerAnswer> SendAsync(HttpMethod method, string path, string? json = null, (string Name, string Value)? key = null) =>
        _server.SendAsync(method, path, json, key ?? KeptResponsesServer.Bearer);

    /// <summary>Makes a response of a text, or of items as JSON.</summary>
    private async Task<JsonElement> MakeAsync(string input, string members = "\"temperature\":1", bool streams = false)
    {
        var json = input[0] == '[' ? $"{{\"input\":{input},{members}}}" : ResponsesJson.Of(input, members);
        if (streams)
        {
            var stream = await _server.StreamAtAsync(ResponsesJson.Path, $"{{\"stream\":true,{json[1..]}", KeptResponsesServer.Bearer);
            return ResponsesJson.Events(stream)[^1].GetProperty("response");
        }

        var answer = await SendAsync(HttpMethod.Post, ResponsesJson.Path, json);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }
}

/// <summary>Two keys, and room for few responses.</summary>
public sealed class KeptResponsesServer() : ServerProfile(
    BuiltPrograms.ScriptedApp,
    ("Rill__ApiKeys__0", "first-key-of-these-tests"),
    ("Rill__ApiKeys__1", OtherKey),
    ("Rill__MaxStoredResponses", "5"))
{
    public const string OtherKey = "second-key-of-these-tests";
    public const int Limit = 5;

    internal static (string Name, string Value) Bearer => ("Authorization", "Bearer first-key-of-these-tests");
}

/// <summary>A server that keeps no response, and tells reasoning as it is.</summary>
public sealed class UnkeptResponsesTests(UnkeptResponsesServer profile) : IClassFixture<UnkeptResponsesServer>
{
    [Theory]
    [InlineData("\"temperature\":1")]
    [InlineData("\"store\":true")]
    public async Task Response_SaysThatItIsNotKept(string members)
    {
        var made = (await profile.Server.SendAsync(HttpMethod.Post, ResponsesJson.Path, ResponsesJson.Of("!text hi", members))).Json;

        Assert.False(made.GetProperty("store").GetBoolean());
        (await profile.Server.GetAsync($"/v1/responses/{made.GetProperty("id").GetString()}")).AssertError(404, "response_not_found", null);
    }

    [SkippableFact]
    public async Task ReasoningAsText_IsReadByTheNpmHelper()
    {
        var runs = await NodeClient.RunAsync(profile.Server, "responses.mjs", ResponsesJson.Of("!text <think>Hm.</think>Yes."), "stream", "helper");

        Assert.Contains("response.reasoning_text.delta", runs[0].GetProperty("types").EnumerateArray().Select(type => type.GetString()));
        Assert.Equal("Hm.", runs[1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }
}

/// <summary>No store, and reasoning under its other name.</summary>
public sealed class UnkeptResponsesServer() : ServerProfile(
    BuiltPrograms.ScriptedApp, ("Rill__MaxStoredResponses", "0"), ("Rill__ResponsesReasoning", "Text"));
