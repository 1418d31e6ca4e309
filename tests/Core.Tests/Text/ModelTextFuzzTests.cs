using System.Diagnostics;
using Rill.Chat;
using Rill.Core.Tests.Models;
using Rill.Models;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Changed small files beside a tokenizer: each gives the model's texts or one sentence.</summary>
public sealed class ModelTextFuzzTests : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(90);

    private static readonly Dictionary<string, string> s_files = new(StringComparer.Ordinal)
    {
        [ModelFileNames.TokenizerConfig] =
            """
            {"add_bos_token":true,"bos_token":{"content":"<|end|>","special":true,"lstrip":false},"eos_token":"<|end|>",
             "tokenizer_class":"PreTrainedTokenizerFast",
             "added_tokens_decoder":{"2":{"content":"<|end|>","special":true,"single_word":false,"normalized":false,"rstrip":false,"lstrip":false}},
             "additional_special_tokens":["<|end|>"],"extra_special_tokens":{"image_token":"<|end|>"},"model_max_length":1000,"legacy":false,
             "chat_template":[{"name":"default","template":"{{ messages[0].content }}"},{"name":"tool_use","template":"{{ tools }}{{ bos_token }}"}]}
            """,
        [ModelFileNames.SpecialTokensMap] =
            """{"eos_token":{"content":"<|end|>"},"unk_token":"<|end|>","additional_special_tokens":[{"content":"<|end|>"},"a"]}""",
        [ModelFileNames.GenerationConfig] =
            """{"eos_token_id":[2,1],"bos_token_id":1,"temperature":0.7,"top_p":0.9,"top_k":20,"repetition_penalty":1.1,"do_sample":true}""",
        [ModelFileNames.Modules] =
            """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
             {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
            """,
        [ModelFileNames.Pooling] =
            """{"word_embedding_dimension":64,"pooling_mode_cls_token":false,"pooling_mode_lasttoken":true,"include_prompt":true}""",
        [ModelFileNames.WeightIndex] = """{"metadata":{"total_size":1},"weight_map":{"a.weight":"model-00001-of-00001.safetensors"}}""",
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Files => [.. s_files.Keys];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_OfAChangedFile_SucceedsOrSaysWhy(string name)
    {
        Directory.CreateDirectory(_directory.File("1_Pooling"));
        File.WriteAllText(_directory.File(ModelFileNames.Tokenizer), TinyTokenizer.Json());
        foreach (var (file, content) in s_files)
        {
            File.WriteAllText(_directory.File(file), content);
        }

        var random = new Random(name.Length);
        for (var change = 0; change < FuzzedModel.FilesOfEach * 4; change++)
        {
            var content = JsonDamage.Of(s_files[name], random);
            File.WriteAllText(_directory.File(name), content);
            Load(name, content);
        }
    }

    private void Load(string name, string content)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            Read(name, ModelFiles.InDirectory(_directory.Path));
        }
        catch (Exception refused) when (refused is ModelFormatException or ModelFileException or UnsupportedModelException or ChatTemplateException)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.InRange(refused.Message.Length, 20, 2_500);
        }
        catch (Exception failed)
        {
            Assert.Fail($"{content}: {failed}");
        }

        Assert.True(watch.Elapsed < s_longest, $"{content} took {watch.Elapsed}");
    }

    private static void Read(string name, ModelFiles files)
    {
        switch (name)
        {
            case ModelFileNames.WeightIndex:
                ModelWeights.Open(files).Dispose();
                break;
            case ModelFileNames.Modules or ModelFileNames.Pooling:
                PoolingFiles.Read(files, hiddenSize: 64);
                break;
            default:
                TurnEnds.Of(GenerationConfig.Load(files), ModelText.Load(files));
                break;
        }
    }
}
