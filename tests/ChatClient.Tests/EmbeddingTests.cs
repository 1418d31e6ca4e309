using Microsoft.Extensions.AI;
using Rill.ChatClient.Tests.Harness;

namespace Rill.ChatClient.Tests;

/// <summary>The same model as a generator of embeddings.</summary>
[Collection(nameof(SharedClient))]
public sealed class EmbeddingTests(SharedClient shared)
{
    [Fact]
    public async Task Vectors_AreOfLengthOne_OfTheAskedSize_AndInOrder()
    {
        var generator = shared.Client;

        var both = await generator.GenerateAsync(["A river.", "A lighthouse."], new() { Dimensions = 64 });
        var second = await generator.GenerateAsync("A lighthouse.", new() { Dimensions = 64 });

        Assert.Equal([64, 64], both.Select(embedding => embedding.Vector.Length));
        Assert.All(both, embedding => Assert.Equal(1, embedding.Vector.ToArray().Sum(value => value * value), 4));
        Assert.Equal(second.Vector.ToArray(), both[1].Vector.ToArray());
        Assert.True(both.Usage!.InputTokenCount > 2);
    }

    [Fact]
    public async Task List_ThatIsLongerThanARequestOfTheServer_IsComputedInParts()
    {
        var embeddings = await shared.Client.GenerateAsync(Enumerable.Repeat("a", 2050), new() { Dimensions = 1 });

        Assert.Equal(2050, embeddings.Count);
    }

    [Fact]
    public async Task NoTexts_HaveNoVectors() => Assert.Empty(await shared.Client.GenerateAsync([]));

    [Fact]
    public async Task Text_ThatIsEmpty_IsRefused() =>
        Assert.Equal("invalid_value", (await Assert.ThrowsAsync<RillRequestException>(() => shared.Client.GenerateAsync(["a", ""]))).Code);

    [Fact]
    public async Task Model_WithoutAWayToEmbed_SaysWhichOptionGivesItOne()
    {
        await using var client = await RillChatClient.LoadAsync(Model.Folder);

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => client.GenerateAsync(["a"]));

        Assert.Contains("RillChatClientOptions.Embeddings", error.Message, StringComparison.Ordinal);
    }
}
