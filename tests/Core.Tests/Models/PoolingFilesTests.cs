using Rill.Models;

namespace Rill.Core.Tests.Models;

/// <summary>What sentence-transformers' files say of a model's vectors.</summary>
public sealed class PoolingFilesTests : IDisposable
{
    private const int HiddenSize = 64;
    private const string Modules = """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
         {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
         {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_WithoutModules_IsNothing() => Assert.Null(PoolingFiles.Read(ModelFiles.InDirectory(_directory.Path), HiddenSize));

    [Theory]
    [InlineData("""{"word_embedding_dimension":64,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":false,"pooling_mode_lasttoken":true,"include_prompt":true}""", PoolingKind.Last)]
    [InlineData("""{"word_embedding_dimension":64,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,"pooling_mode_lasttoken":false}""", PoolingKind.Mean)]
    [InlineData("""{"pooling_mode":"lasttoken"}""", PoolingKind.Last)]
    [InlineData("""{"pooling_mode":"mean"}""", PoolingKind.Mean)]
    public void Read_OfWhatIsSupported_IsThePooling(string pooling, PoolingKind expected)
    {
        Assert.Equal(expected, Read(Modules, pooling));
        Assert.Equal(expected, Read(Modules[..Modules.IndexOf(",\n {\"idx\":2", StringComparison.Ordinal)] + "]", pooling));
    }

    [Theory]
    [InlineData("""{"pooling_mode_cls_token":true}""", "pooling_mode_cls_token")]
    [InlineData("""{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":true}""", "pooling_mode_cls_token and pooling_mode_mean_tokens")]
    [InlineData("""{"pooling_mode_mean_tokens":false}""", "no pooling mode")]
    [InlineData("""{"pooling_mode":"weightedmean"}""", "weightedmean")]
    [InlineData("""{"word_embedding_dimension":63,"pooling_mode_lasttoken":true}""", "word_embedding_dimension is 63")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "not valid JSON")]
    public void Read_OfAnotherPooling_NamesIt(string pooling, string expected) => AssertRefused(Modules, pooling, expected);

    [Theory]
    [InlineData("""[{"path":"","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"},{"path":"2_Dense","type":"x.Dense"}]""", "module Dense as number 2")]
    [InlineData("""[{"path":"","type":"x.CLIPModel"}]""", "module CLIPModel as number 0")]
    [InlineData("""[{"path":"0_Transformer","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"}]""", "'0_Transformer'")]
    [InlineData("""[{"path":"","type":"x.Transformer"},{"path":"../x","type":"x.Pooling"}]""", "'../x'")]
    [InlineData("""[{"path":"","type":"x.Transformer"}]""", "a Transformer and its Pooling")]
    [InlineData("""[5]""", "(without a type)")]
    [InlineData("""{}""", "must be a list")]
    public void Read_OfOtherModules_NamesThem(string modules, string expected) => AssertRefused(modules, """{"pooling_mode_lasttoken":true}""", expected);

    [Fact]
    public void Read_WithoutThePoolingsFile_NamesIt() => AssertRefused(Modules, null, "1_Pooling");

    private void AssertRefused(string modules, string? pooling, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => Read(modules, pooling)).Message, StringComparison.Ordinal);

    private PoolingKind? Read(string modules, string? pooling)
    {
        File.WriteAllText(_directory.File("modules.json"), modules);
        Directory.CreateDirectory(_directory.File("1_Pooling"));
        if (pooling is not null)
        {
            File.WriteAllText(_directory.File("1_Pooling/config.json"), pooling);
        }

        return PoolingFiles.Read(ModelFiles.InDirectory(_directory.Path), HiddenSize);
    }
}
