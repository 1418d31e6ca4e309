namespace Rill.Hosting.Tests;

/// <summary>What a model is called where nobody says otherwise, as the server itself has it.</summary>
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
}
