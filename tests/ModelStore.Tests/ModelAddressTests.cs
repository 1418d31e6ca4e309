namespace Rill.ModelStore.Tests;

public sealed class ModelAddressTests
{
    [Theory]
    [InlineData("models/rill-mini", "rill-mini", "models/rill-mini")]
    [InlineData("/data/m/", "m", "/data/m/")]
    [InlineData("https://acc.blob.core.windows.net/models", "models", "https://acc.blob.core.windows.net/models")]
    [InlineData("https://acc.blob.core.windows.net/models/llama/3b/", "3b", "https://acc.blob.core.windows.net/models/llama/3b")]
    [InlineData("https://acc.z12.blob.storage.azure.net/models/x", "x", "https://acc.z12.blob.storage.azure.net/models/x")]
    [InlineData("https://acc.blob.core.usgovcloudapi.net/models/x", "x", "https://acc.blob.core.usgovcloudapi.net/models/x")]
    [InlineData("blob://models/llama/3b", "3b", "blob://models/llama/3b")]
    [InlineData("hf://org/Name-1.5B", "Name-1.5B", "hf://org/Name-1.5B@main")]
    [InlineData("hf://org/name@refs/pr/1", "name", "hf://org/name@refs/pr/1")]
    [InlineData("hf://org/name-GGUF/name-1.5B.Q4_K_M.gguf", "name-1.5B.Q4_K_M", "hf://org/name-GGUF@main/name-1.5B.Q4_K_M.gguf")]
    [InlineData("hf://org/name@v2/BF16/name-00001-of-00002.gguf", "name-00001-of-00002", "hf://org/name@v2/BF16/name-00001-of-00002.gguf")]
    [InlineData("/data/m.Q8_0.gguf", "m.Q8_0", "/data/m.Q8_0.gguf")]
    public void Parse_OfAGoodAddress_NamesTheModel(string text, string name, string full)
    {
        var address = ModelAddress.Parse(text);

        Assert.Equal((name, full), (address.Name, address.ToString()));
    }

    [Theory]
    [InlineData("ftp://host/model")]
    [InlineData("hf://nameonly")]
    [InlineData("hf://org/../x")]
    [InlineData("hf://org/name/../x.gguf")]
    [InlineData("hf://org/name/x.safetensors")]
    [InlineData("blob://")]
    [InlineData("https://example.com/models/x")]
    [InlineData("https://acc.blob.evil.com/models/x")]
    [InlineData("https://acc.blob.core.windows.net.evil.com/models/x")]
    [InlineData("https://evilblob.core.windows.net/models/x")]
    [InlineData("http://acc.blob.core.windows.net/models/x")]
    [InlineData("https://acc.blob.core.windows.net/")]
    public void Parse_OfABadAddress_SaysWhichFormsThereAre(string text)
    {
        var error = Assert.Throws<StoreException>(() => ModelAddress.Parse(text));

        Assert.Contains("hf://ORG/NAME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_WithASignature_RefusesWithoutRepeatingIt()
    {
        var error = Assert.Throws<StoreException>(() => ModelAddress.Parse("https://acc.blob.core.windows.net/models/x?sig=SECRET"));

        Assert.DoesNotContain("SECRET", error.Message, StringComparison.Ordinal);
        Assert.Contains("BlobConnection", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfABlobAddressWithoutAConnection_SaysWhichSettingItNeeds()
    {
        var error = Assert.Throws<StoreException>(() => Sources.ModelSource.Open(ModelAddress.Parse("blob://models/x"), new ModelStoreOptions()));

        Assert.Contains("Rill__Store__BlobConnection", error.Message, StringComparison.Ordinal);
    }
}
