using Rill.Chat;
using Rill.ScriptedApp.Model;
using Rill.Text;

namespace Rill.Core.Tests.Chat;

public class ChatModelCollectionTests
{
    private static readonly ChatModel s_base = new()
    {
        Id = "base",
        Created = 1,
        Fingerprint = "fp_base",
        Tokenizer = new ByteTokenizer(),
        Template = ChatTemplate.Parse("", "test"),
        EosTokenIds = [],
    };

    private readonly ChatModelCollection _models = new(s_base);

    [Fact]
    public void Find_OfNoName_IsTheBase()
    {
        Assert.Same(s_base, _models.Find(null));
        Assert.Same(s_base, _models.Find("base"));
        Assert.Null(_models.Find("Base"));
    }

    [Fact]
    public void TryAdd_OfAnAdapter_ListsItBehindTheBase()
    {
        Assert.True(_models.TryAdd(Adapter("a")));
        Assert.True(_models.TryAdd(Adapter("b")));
        Assert.False(_models.TryAdd(Adapter("a")));
        Assert.False(_models.TryAdd(Adapter("base")));

        Assert.Equal(["base", "a", "b"], _models);
        Assert.Equal(["base", "base"], _models.All.Skip(1).Select(model => model.Parent));
    }

    [Fact]
    public void Remove_OfAnAdapter_LeavesTheOthers()
    {
        _models.TryAdd(Adapter("a"));
        _models.TryAdd(Adapter("b"));

        Assert.Equal("a", _models.Remove("a")!.Id);
        Assert.Null(_models.Remove("a"));
        Assert.Null(_models.Remove("base"));
        Assert.Equal(["base", "b"], _models);
    }

    /// <summary>What was kept of one adapter must not serve a later one of the same name.</summary>
    [Fact]
    public void NextAdapter_AfterARemoval_IsNoNumberThatWas()
    {
        var numbers = Enumerable.Range(0, 3).Select(_ =>
        {
            var adapter = Adapter("a");
            _models.TryAdd(adapter);
            _models.Remove("a");
            return adapter.Adapter;
        }).ToList();

        Assert.Equal([1, 2, 3], numbers);
    }

    [Fact]
    public void WithAdapter_OfOtherFiles_HasAnotherFingerprint()
    {
        Assert.Equal(s_base.WithAdapter("a", 1, 1, "x").Fingerprint, s_base.WithAdapter("b", 2, 2, "x").Fingerprint);
        Assert.NotEqual(s_base.WithAdapter("a", 1, 1, "x").Fingerprint, s_base.WithAdapter("a", 1, 1, "y").Fingerprint);
        Assert.Matches("^fp_[0-9a-f]{12}$", s_base.WithAdapter("a", 1, 1, "x").Fingerprint);
    }

    private ChatModel Adapter(string id) => s_base.WithAdapter(id, _models.NextAdapter(), 2, id);
}
