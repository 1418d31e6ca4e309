using Rill.Core.Tests.OpenAI.Responses;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>Fields that change an answer elsewhere and are not implemented here.</summary>
public sealed class UnsupportedFieldsTests
{
    [Theory]
    [InlineData("\"user\":1,\"safety_identifier\":{},\"prompt_cache_key\":[],\"metadata\":3,\"store\":true,\"service_tier\":\"x\"")]
    [InlineData("\"verbosity\":\"low\",\"prediction\":{\"type\":\"content\"},\"web_search_options\":{},\"moderation\":1,\"session_id\":\"s\"")]
    [InlineData("\"foo\":{\"bar\":[1]}")]
    [InlineData("\"tools\":[],\"parallel_tool_calls\":true,\"functions\":[]")]
    [InlineData("\"tool_choice\":null,\"response_format\":{\"type\":\"text\"},\"modalities\":[\"text\"]")]
    [InlineData("\"typical_p\":1,\"skip_special_tokens\":true,\"include_stop_str_in_output\":false")]
    [InlineData("\"echo\":false,\"continue_final_message\":false,\"return_token_ids\":false,\"return_progress\":false,\"priority\":0")]
    [InlineData("\"include_reasoning\":true,\"thinking_token_budget\":-1,\"chat_template_kwargs\":{},\"documents\":[]")]
    public void TryRead_FieldsThatAskForNothing_AreIgnored(string json) =>
        Assert.Equivalent(ChatRequestReaderTests.ReadWith("\"x\":0"), ChatRequestReaderTests.ReadWith(json), strict: true);

    [Theory]
    [InlineData("modalities", """["text","audio"]""")]
    [InlineData("audio", "{}")]
    [InlineData("typical_p", "0.5")]
    [InlineData("allowed_token_ids", "[]")]
    [InlineData("repetition_detection", "{}")]
    [InlineData("skip_special_tokens", "false")]
    [InlineData("include_stop_str_in_output", "true")]
    [InlineData("echo", "true")]
    [InlineData("return_token_ids", "true")]
    [InlineData("return_tokens_as_token_ids", "true")]
    [InlineData("return_progress", "true")]
    [InlineData("timings_per_token", "true")]
    [InlineData("priority", "3")]
    [InlineData("request_id", "\"r\"")]
    [InlineData("cache_salt", "\"s\"")]
    public void TryRead_UnsupportedField_IsRefusedByName(string name, string value)
    {
        var error = ChatRequestReaderTests.ErrorWith($"\"{name}\":{value}");

        Assert.Equal((400, "unsupported_parameter", name), (error.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("format", "\"json\"")]
    [InlineData("best_of", "2")]
    [InlineData("use_beam_search", "true")]
    [InlineData("length_penalty", "0.5")]
    [InlineData("truncate_prompt_tokens", "5")]
    [InlineData("prompt_logprobs", "0")]
    [InlineData("chat_template", "\"x\"")]
    [InlineData("logits_processors", """["x"]""")]
    [InlineData("web_search_options", """{"search_context_size":"low"}""")]
    [InlineData("reasoning_format", "\"none\"")]
    [InlineData("min_new_tokens", "5")]
    [InlineData("max_new_tokens", "5")]
    [InlineData("n_predict", "5")]
    [InlineData("stop_sequences", """["x"]""")]
    [InlineData("mirostat", "2")]
    [InlineData("dry_multiplier", "0.8")]
    [InlineData("xtc_probability", "0.5")]
    [InlineData("top_n_sigma", "1")]
    [InlineData("repeat_penalty", "1.1")]
    [InlineData("lora", """[{"id":0,"scale":1}]""")]
    [InlineData("do_sample", "false")]
    [InlineData("truncate", "5")]
    [InlineData("options", """{"num_predict":5}""")]
    [InlineData("watermarking", "true")]
    [InlineData("guideline", "\"Be kind.\"")]
    [InlineData("n_cmpl", "2")]
    [InlineData("extra_body", """{"top_k":5}""")]
    [InlineData("sampling_params", """{"temperature":0}""")]
    [InlineData("system", "\"Be brief.\"")]
    public void TryRead_AWishOfAPeer_IsRefusedByName(string name, string value)
    {
        var error = ChatRequestReaderTests.ErrorWith($"\"{name}\":{value}");

        Assert.Equal((400, "unsupported_parameter", name), (error.Status, error.Code, error.Param));
        Assert.StartsWith($"{name} is not supported by this server: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"best_of\":1,\"use_beam_search\":false,\"length_penalty\":1.0,\"early_stopping\":false,\"logits_processors\":[]")]
    [InlineData("\"repeat_penalty\":1,\"repeat_last_n\":64,\"mirostat\":0,\"mirostat_tau\":5,\"dry_multiplier\":0,\"dry_base\":1.75")]
    [InlineData("\"xtc_probability\":0,\"xtc_threshold\":0.1,\"top_n_sigma\":-1,\"dynatemp_range\":0,\"n_probs\":0,\"n_predict\":-1")]
    [InlineData("\"grammar\":\"\",\"json_schema\":{},\"cache_prompt\":true,\"id_slot\":-1,\"reasoning_format\":\"auto\"")]
    [InlineData("\"thinking\":{},\"separate_reasoning\":true")]
    [InlineData("\"reasoning\":{},\"stream_reasoning\":true,\"return_meta_info\":false,\"stream_interval\":1")]
    [InlineData("\"format\":\"\",\"options\":{},\"keep_alive\":\"5m\",\"stop_sequences\":[],\"watermark\":false,\"do_sample\":true")]
    [InlineData("\"min_new_tokens\":0,\"truncate\":null,\"guided_json\":null,\"guided_decoding_backend\":\"xgrammar\"")]
    public void TryRead_APeersDefaults_AreIgnored(string json) =>
        Assert.Equivalent(ChatRequestReaderTests.ReadWith("\"x\":0"), ChatRequestReaderTests.ReadWith(json), strict: true);

    [Fact]
    public void TryRead_EveryNamedField_WithAValueThatAsksForSomething_IsRefused()
    {
        Assert.All(UnsupportedFields.ChatNames, name => Assert.Equal(name, ChatRequestReaderTests.ErrorWith($"\"{name}\":{{\"x\":1}}").Param));
        Assert.All(UnsupportedFields.CompletionNames, name => Assert.Equal(name, CompletionRequestReaderTests.ErrorWith($"\"{name}\":{{\"x\":1}}").Param));
        Assert.All(UnsupportedFields.ResponseNames, name => Assert.Equal(name, ResponseRequestReaderTests.ErrorWith($"\"{name}\":{{\"x\":1}}").Param));
        Assert.All(UnsupportedFields.EmbeddingNames, name => Assert.Equal(name, EmbeddingRequestReaderTests.ErrorWith($"\"{name}\":{{\"x\":1}}").Param));
    }

    [Fact]
    public void TryRead_AFieldThatHasAnotherNameHere_NamesIt() =>
        Assert.Equal(
            "max_new_tokens is not supported by this server: use max_tokens.", ChatRequestReaderTests.ErrorWith("\"max_new_tokens\":5").Message);

    [Fact]
    public void TryRead_ARepeatedField_CountsTheLast()
    {
        ChatRequestReaderTests.ReadWith("\"best_of\":2,\"best_of\":1");
        Assert.Equal("best_of", ChatRequestReaderTests.ErrorWith("\"best_of\":1,\"best_of\":2").Param);
    }
}
