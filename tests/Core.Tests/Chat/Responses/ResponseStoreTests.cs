using Microsoft.Extensions.Time.Testing;
using Rill.Chat.Responses;
using Rill.OpenAI.Responses;

namespace Rill.Core.Tests.Chat.Responses;

/// <summary>What is kept, how much of it, and for whom.</summary>
public sealed class ResponseStoreTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Find_OfAResponse_IsItsOwnersAlone()
    {
        var store = NewStore();
        var id = Keep(store, 1, owner: 7);

        Assert.NotNull(store.Find(id, 7));
        Assert.Null(store.Find(id, 8));
        Assert.False(store.Remove(id, 8));
        Assert.Null(store.FindConversation(id, 8));
        Assert.True(store.Remove(id, 7));
        Assert.Null(store.Find(id, 7));
        Assert.Equal((0, 0), (store.Count, store.Bytes));
    }

    [Fact]
    public void Find_OfAResponseThatIsBeingMade_IsNothing()
    {
        var store = NewStore();
        var place = store.Reserve(Id(1), 0, null, [Item("a")])!;

        Assert.Null(store.Find(Id(1), 0));
        store.Release(place);
        Assert.Equal((0, 0), (store.Count, store.Bytes));
        store.Complete(place, ResponseOf(1));
        Assert.Equal((0, 0), (store.Count, store.Bytes));
    }

    [Fact]
    public void Release_OfAResponseThatIsReady_KeepsIt()
    {
        var store = NewStore();
        var place = store.Reserve(Id(1), 0, null, [Item("a")])!;
        store.Complete(place, ResponseOf(1));

        store.Release(place);

        Assert.NotNull(store.Find(Id(1), 0));
    }

    [Fact]
    public void Case95_TenThousandResponses_KeepToTheLimitsAndGiveUpTheOldest()
    {
        var store = NewStore(count: 50);
        for (var number = 0; number < 10_000; number++)
        {
            Keep(store, number);
            Assert.InRange(store.Count, 1, 50);
        }

        Assert.Null(store.Find(Id(9_949), 0));
        Assert.NotNull(store.Find(Id(9_950), 0));
    }

    [Fact]
    public void Bytes_OverTheLimit_GiveUpTheOldest()
    {
        var store = NewStore(bytes: 20_000);
        for (var number = 0; number < 100; number++)
        {
            Keep(store, number, text: new string('x', 2_000));
            Assert.InRange(store.Bytes, 1, 20_000);
        }

        Assert.InRange(store.Count, 2, 9);
        Assert.NotNull(store.Find(Id(99), 0));
    }

    [Fact]
    public void Reserve_OfMoreThanAllMemory_KeepsNothing()
    {
        var store = NewStore(bytes: 1_000);
        var first = Keep(store, 1);

        Assert.Null(store.Reserve(Id(2), 0, null, [Item(new string('x', 2_000))]));
        Assert.NotNull(store.Find(first, 0));
    }

    [Fact]
    public void Reserve_OfAStoreForNone_KeepsNothing() => Assert.Null(NewStore(count: 0).Reserve(Id(1), 0, null, [Item("a")]));

    [Fact]
    public void Age_OverTheLimit_GivesUpWhatWasNotUsed()
    {
        var store = NewStore();
        var (idle, used) = (Keep(store, 1), Keep(store, 2));
        _time.Advance(TimeSpan.FromMinutes(40));
        store.FindConversation(used, 0);
        _time.Advance(TimeSpan.FromMinutes(40));

        Assert.Null(store.Find(idle, 0));
        Assert.NotNull(store.Find(used, 0));
    }

    [Fact]
    public void FindConversation_IsTheWholeChainOldestFirst_AndKeepsItAnew()
    {
        var store = NewStore(count: 4);
        var first = Keep(store, 1);
        Keep(store, 2);
        var second = Keep(store, 3, previous: first);

        Assert.Equal([first, second], store.FindConversation(second, 0)!.Select(response => response.Id));
        Keep(store, 4);
        Keep(store, 5);    // one must go: not the chain's first

        Assert.Null(store.Find(Id(2), 0));
        Assert.NotNull(store.FindConversation(second, 0));
    }

    [Fact]
    public void FindConversation_WithAHole_IsNothing()
    {
        var store = NewStore();
        var first = Keep(store, 1);
        var second = Keep(store, 2, previous: first);
        store.Remove(first, 0);

        Assert.NotNull(store.Find(second, 0));
        Assert.Null(store.FindConversation(second, 0));
    }

    [Fact]
    public void Stored_Items_ComeBackAsTheyWere()
    {
        var store = NewStore();
        var stored = store.Find(Keep(store, 1, text: "Grüße \u0001 🌊"), 0)!;

        var item = Assert.Single(stored.ReadInput());
        Assert.Equal(("message", "user", "Grüße \u0001 🌊"), (item.Type, item.Role, item.Content![0].Text));
        Assert.Equal(stored.Id, ResponseItemId.ResponseOf(item.Id!));
        Assert.Equal("out", Assert.Single(stored.ReadOutput()).Content![0].Text);
    }

    private static string Id(int number) => $"resp_{number:x32}";

    private static ResponseItem Item(string text) => new("message") { Role = "user", Content = [ResponsePart.Input(text)] };

    private static Response ResponseOf(int number) => new()
    {
        Id = Id(number),
        CreatedAt = 1,
        Status = "completed",
        Model = "m",
        Text = System.Text.Json.JsonElement.Parse("{}"),
        ToolChoice = System.Text.Json.JsonElement.Parse("\"auto\""),
        Tools = System.Text.Json.JsonElement.Parse("[]"),
        Output = [new ResponseItem("message") { Id = "msg_1", Role = "assistant", Content = [ResponsePart.Output("out")] }],
    };

    private static string Keep(ResponseStore store, int number, int owner = 0, string text = "a", string? previous = null)
    {
        store.Complete(store.Reserve(Id(number), owner, previous, [Item(text)])!, ResponseOf(number));
        return Id(number);
    }

    private ResponseStore NewStore(int count = 100, long bytes = 1_000_000) => new(new(count, bytes, TimeSpan.FromHours(1)), _time);
}
