using Aspire.Hosting.ApplicationModel;

namespace Rill.Hosting.Tests;

/// <summary>What a model is called where nobody says otherwise, as the server itself has it; and how a container sees it.</summary>
public sealed class ModelPlaceTests
{
    [Theory]
    [InlineData("models/rill-mini", "rill-mini")]
    [InlineData("/models/rill-mini/", "rill-mini")]
    [InlineData("qwen3-0.6b-q8_0.gguf", "qwen3-0.6b-q8_0")]
    [InlineData("hf://Qwen/Qwen3-0.6B", "Qwen3-0.6B")]
    [InlineData("hf://Qwen/Qwen3-0.6B/", "Qwen3-0.6B")]
    [InlineData("hf://Qwen/Qwen3-0.6B@refs/pr/1", "Qwen3-0.6B")]
    [InlineData("hf://org/some-GGUF@v1/parts/some-Q4_K_M.gguf", "some-Q4_K_M")]
    [InlineData("https://account.blob.core.windows.net/models/qwen3-0.6b", "qwen3-0.6b")]
    [InlineData("blob://models/qwen3-0.6b", "qwen3-0.6b")]
    public void Name_OfAPlace_IsItsLastPart(string place, string name) => Assert.Equal(name, ModelPlace.Name(place));

    [Fact]
    public void Reach_OfAContainer_MountsAllThatAPlaceNeeds()
    {
        var folder = Directory.CreateTempSubdirectory("rill-places-");
        try
        {
            var container = new ContainerResource("llm");
            string In(params string[] parts) => Path.Combine([folder.FullName, .. parts]);
            string Reach(params string[] parts) => ModelPlace.Reach(container, In(parts), folder.FullName);
            foreach (var place in new[] { In("a", "final"), In("b", "final"), In("hub", "models--org--name", "snapshots", "0a1b") })
            {
                Directory.CreateDirectory(place);
            }

            File.WriteAllText(In("b", "some-00001-of-00002.gguf"), "");
            File.WriteAllText(In("b", "one.gguf"), "");

            Assert.Equal("/models/final", Reach("a", "final"));
            Assert.Equal("/models/final", Reach("a", "final"));
            Assert.Equal("/models/1/final", Reach("b", "final"));
            Assert.Equal("/models/b/some-00001-of-00002.gguf", Reach("b", "some-00001-of-00002.gguf"));
            Assert.Equal("/models/one.gguf", Reach("b", "one.gguf"));
            Assert.Equal("/models/models--org--name/snapshots/0a1b", Reach("hub", "models--org--name", "snapshots", "0a1b"));
            Assert.Equal(
                [In("a", "final"), In("b", "final"), In("b"), In("b", "one.gguf"), In("hub", "models--org--name")],
                container.Annotations.OfType<ContainerMountAnnotation>().Select(mount => mount.Source));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
