using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.Serving;
using Rill.Torch;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill logits</c>: what a model computes, to hold it against another engine; it needs no tokenizer.</summary>
internal static class LogitsCommand
{
    private const int ShownLogits = 10;

    private static readonly Dictionary<string, TorchDataType> s_types = new(StringComparer.Ordinal)
    {
        ["f32"] = TorchDataType.Float32,
        ["bf16"] = TorchDataType.BFloat16,
        ["q8"] = TorchDataType.Q8,
        ["q4"] = TorchDataType.Q4,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model's directory, as its authors published it, or a GGUF file." };
        var ids = new Option<string>("--ids") { Description = "Token ids, separated by commas.", Required = true };
        var greedy = new Option<int>("--greedy") { Description = "How many tokens to go on with, each the most likely one; ends do not end it." };
        var type = new Option<string>("--dtype") { Description = "What to compute in.", DefaultValueFactory = _ => "f32" };
        type.AcceptOnlyFromAmong([.. s_types.Keys]);
        var adapter = new Option<string?>("--adapter") { Description = "The directory of a PEFT adapter to compute with." };
        var json = new Option<bool>("--json") { Description = "One JSON object: logits_last, greedy." };
        var command = new DocumentedCommand(
            "logits",
            "The logits after the last of some token ids, and the tokens that follow at temperature 0: to check a model against another engine.",
            "rill logits models/rill-mini --ids 1,2,3",
            "rill logits models/rill-mini --ids 1,2,3 --greedy 8 --dtype q8 --json") { model, ids, adapter, greedy, type, json };
        command.SetAction(parsed =>
        {
            var count = parsed.GetValue(greedy);
            if (count is < 0 or > 100_000)
            {
                throw new FailureException("--greedy must lie between 0 and 100000.");
            }

            var answer = Compute(
                parsed.GetRequiredValue(model), parsed.GetValue(adapter), ReadIds(parsed.GetRequiredValue(ids)), count, s_types[parsed.GetRequiredValue(type)]);
            var output = StandardStreams.OpenOutput();
            output.Write(parsed.GetValue(json) ? AsJson(answer) : Encoding.UTF8.GetBytes(AsText(answer)));
            output.Flush();
            return ExitCode.Success;
        });
        return command;
    }

    private static int[] ReadIds(string list)
    {
        var texts = list.Split(',', StringSplitOptions.TrimEntries);
        var ids = new int[texts.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            if (!int.TryParse(texts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
            {
                throw new FailureException($"--ids must be whole numbers separated by commas, but '{texts[i]}' is none.");
            }
        }

        return ids;
    }

    private static (float[] Logits, List<int> Greedy) Compute(string path, string? adapter, int[] ids, int count, TorchDataType type)
    {
        if (adapter is not null && !Directory.Exists(adapter))
        {
            throw new FailureException($"There is no directory {adapter}.");
        }

        if (!ModelFiles.IsThere(path))
        {
            throw new FailureException($"There is no directory or GGUF file {path}.");
        }

        using var runner = TorchModelRunnerFactory.Load(path, new()
        {
            DataType = type,
            SlotCount = 1,
            ContextLength = ids.Length + count + 1,
            QuantizedCache = "off",
        });
        if (Array.Find(ids, id => id >= runner.Limits.VocabularySize) is var stray and > 0)
        {
            throw new FailureException($"--ids has {stray}, but the model's vocabulary ends at {runner.Limits.VocabularySize - 1}.");
        }

        if (ids.Length + count > runner.Limits.ContextLength)
        {
            throw new FailureException($"--ids and --greedy make {ids.Length + count} tokens, but the model takes {runner.Limits.ContextLength}.");
        }

        var number = adapter is null ? 0 : LoadAdapter(runner, adapter);
        var vocabulary = runner.Limits.VocabularySize;
        return (runner.Logits(ids, asPrompt: true, number)[^vocabulary..], GoOn(runner, ids, count, number));
    }

    /// <summary>The adapter's number.</summary>
    private static int LoadAdapter(TorchModelRunner runner, string directory)
    {
        const int number = 1;
        using var files = ModelFiles.InDirectory(directory);
        runner.LoadAdapter(number, files);
        return number;
    }

    private static List<int> GoOn(TorchModelRunner runner, int[] ids, int count, int adapter)
    {
        var sequence = new Sequence(0, ids, new SamplingParameters { Temperature = 0 }) { Slot = 0, Adapter = adapter };
        var tokens = new List<int>();
        while (tokens.Count < count)
        {
            var pending = sequence.PendingTokens;
            var step = runner.Execute(new StepBatch { Steps = [new(sequence, sequence.ComputedTokens, pending)] })[0];
            sequence.ComputedTokens += pending;
            tokens.Add(step.Tokens.Span[0].TokenId);
            sequence.Append(tokens[^1]);
        }

        return tokens;
    }

    private static byte[] AsJson((float[] Logits, List<int> Greedy) answer)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("logits_last");
            foreach (var logit in answer.Logits)
            {
                writer.WriteNumberValue(logit);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("greedy");
            answer.Greedy.ForEach(writer.WriteNumberValue);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static string AsText((float[] Logits, List<int> Greedy) answer)
    {
        var text = new StringBuilder();
        foreach (var (id, logit) in answer.Logits.Index().OrderByDescending(pair => pair.Item).Take(ShownLogits))
        {
            text.Append(CultureInfo.InvariantCulture, $"{id,8}  {logit:G7}\n");
        }

        return answer.Greedy.Count == 0 ? text.ToString() : text.Append("greedy  ").AppendJoin(',', answer.Greedy).Append('\n').ToString();
    }
}
