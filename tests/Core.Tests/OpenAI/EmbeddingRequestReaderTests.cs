using System.Buffers;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>Requests for embeddings (contract A.4).</summary>
public sealed class EmbeddingRequestReaderTests
{
    private static readonly ChatRequestLimits _limits = new(["m"], VocabularySize: 300);

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("""["a","b"]""", "a|b")]
    [InlineData("[1,2]", "1,2")]
    [InlineData("[[1,2],[3]]", "1,2|3")]
    public void TryRead_EveryFormOfAnInput_IsRead(string json, string expected) =>
        Assert.Equal(expected, string.Join('|', Read($"\"input\":{json}").Inputs.Select(input => input.Text ?? string.Join(',', input.Ids!))));

    [Fact]
    public void TryRead_OfAllFields_ReadsThem()
    {
        var request = Read("\"input\":\"a\",\"model\":\"m\",\"dimensions\":5,\"encoding_format\":\"base64\",\"add_special_tokens\":false,\"user\":1,\"foo\":{}");

        Assert.Equal(("m", 5, EmbeddingFormat.Base64, false), (request.Model, request.Dimensions, request.Format, request.AddSpecialTokens));
        Assert.Null(EmbeddingRequestRules.Check(request, _limits));
        Assert.Equal("EmbeddingRequest(1 inputs)", request.ToString());
    }

    [Theory]
    [InlineData("\"x\":0", "input", "missing_required_parameter")]
    [InlineData("\"input\":5", "input", "invalid_value")]
    [InlineData("\"input\":[]", "input", "invalid_value")]
    [InlineData("\"input\":[[]]", "input[0]", "invalid_value")]
    [InlineData("\"input\":[\"a\",{}]", "input[1]", "invalid_value")]
    [InlineData("\"input\":[1,-2]", "input", "invalid_value")]
    [InlineData("\"input\":\"a\",\"encoding_format\":\"int8\"", "encoding_format", "invalid_value")]
    [InlineData("\"input\":\"a\",\"dimensions\":1.5", "dimensions", "invalid_value")]
    [InlineData("\"input\":\"a\",\"stream\":true", "stream", "unsupported_parameter")]
    [InlineData("\"input\":\"a\",\"normalize\":false", "normalize", "unsupported_parameter")]
    [InlineData("\"input\":\"a\",\"truncate_prompt_tokens\":-1", "truncate_prompt_tokens", "unsupported_parameter")]
    [InlineData("\"input\":\"a\",\"input_type\":\"query\"", "input_type", "unsupported_parameter")]
    public void TryRead_OfWhatCannotBe_NamesTheField(string members, string param, string code)
    {
        Assert.False(EmbeddingRequestReader.TryRead(Bytes(members), out _, out var error));
        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Theory]
    [InlineData("\"input\":\"a\",\"dimensions\":0", 400, "dimensions")]
    [InlineData("\"input\":\"\"", 400, "input")]
    [InlineData("\"input\":[\"a\",\"\"]", 400, "input[1]")]
    [InlineData("\"input\":\"a\",\"model\":\"other\"", 404, "model")]
    public void Check_OfWhatBreaksARule_NamesTheField(string members, int status, string param)
    {
        var error = EmbeddingRequestRules.Check(Read(members), _limits);

        Assert.Equal((status, param), (error?.Status, error?.Param));
    }

    [Fact]
    public void TryRead_OfMoreInputsThanThereMayBe_IsRefused()
    {
        var inputs = string.Join(',', Enumerable.Repeat("\"a\"", EmbeddingRequestRules.MaxInputs + 1));

        Assert.False(EmbeddingRequestReader.TryRead(Bytes($"\"input\":[{inputs}]"), out _, out var error));
        Assert.Equal("input", error.Param);
    }

    [Fact]
    public void TryRead_OfPeersDefaults_IgnoresThem() => Read(
        "\"input\":\"a\",\"stream\":false,\"normalize\":true,\"truncate\":false,\"priority\":0,\"embd_normalize\":2,\"encoding_format\":null,\"options\":{},\"truncate_prompt_tokens\":null");

    internal static ApiError ErrorWith(string members)
    {
        Assert.False(EmbeddingRequestReader.TryRead(Bytes($"\"input\":\"a\",{members}"), out _, out var error));
        return error;
    }

    private static EmbeddingRequest Read(string members)
    {
        Assert.True(EmbeddingRequestReader.TryRead(Bytes(members), out var request, out var error), error?.Message);
        return request;
    }

    private static ReadOnlySequence<byte> Bytes(string members) => new(Encoding.UTF8.GetBytes($"{{{members}}}"));
}
