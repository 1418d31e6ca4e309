using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.Models;
using Rill.ModelStore.Loading;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>What a model's small files make of the served model.</summary>
public sealed class ModelPartsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-parts-");

    public ModelPartsTests() => TinyModel.Write(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Model_EndsAtEveryTokenThatAFileNames()
    {
        Write("generation_config.json", """{"eos_token_id": [10, 256], "top_k": -1, "temperature": 9}""");

        var parts = ModelParts.Read(ModelFiles.InDirectory(_folder.FullName));
        var model = parts.ToChatModel("m", DateTimeOffset.UnixEpoch, "f");

        Assert.Equal([10, 256], model.EosTokenIds);
        Assert.Equal((1f, 0), (model.Sampling.Temperature, model.Sampling.TopK));
        Assert.Single(parts.Generation.Notes);
    }

    [Fact]
    public void Model_WhoseEndHasNoRow_IsRefused()
    {
        Write("generation_config.json", """{"eos_token_id": 257}""");

        Assert.Throws<ModelFormatException>(() => ModelParts.Read(ModelFiles.InDirectory(_folder.FullName)));
    }

    [Theory]
    [InlineData("auto", null, null)]
    [InlineData("auto", "pooling_mode_mean_tokens", PoolingKind.Mean)]
    [InlineData("auto", "pooling_mode_lasttoken", PoolingKind.Last)]
    [InlineData("mean", "pooling_mode_lasttoken", PoolingKind.Mean)]
    [InlineData("last", null, PoolingKind.Last)]
    [InlineData("last", "pooling_mode_cls_token", PoolingKind.Last)]
    [InlineData("off", "pooling_mode_lasttoken", null)]
    public void Model_EmbedsAsItsFilesSay_UnlessTheSettingDoes(string setting, string? mode, PoolingKind? expected)
    {
        if (mode is not null)
        {
            TinyModel.WritePooling(_folder.FullName, mode);
        }

        var model = ModelParts.Read(ModelFiles.InDirectory(_folder.FullName), setting).ToChatModel("m", DateTimeOffset.UnixEpoch, "f");

        Assert.Equal((expected, expected is null ? null : TinyModel.Hidden), (model.Embeddings?.Pooling, model.Embeddings?.Dimensions));
    }

    [Fact]
    public void Model_WhosePoolingIsNotSupported_IsRefused()
    {
        TinyModel.WritePooling(_folder.FullName, "pooling_mode_cls_token");

        var error = Assert.Throws<ModelFormatException>(() => ModelParts.Read(ModelFiles.InDirectory(_folder.FullName)));

        Assert.Contains("pooling_mode_cls_token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_WithANamedFormat_WritesByIt()
    {
        var files = ModelFiles.InDirectory(_folder.FullName);

        Assert.Equal("qwen3", ModelParts.Read(files, messageFormat: "qwen3").ToChatModel("m", DateTimeOffset.UnixEpoch, "f").Format?.Source);
        Assert.Null(ModelParts.Read(files, messageFormat: "none").Format);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder.FullName, file), text);
}
