using System.Buffers.Text;
using System.CommandLine;
using System.Text.Json;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.Text;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill tokenize</c>: text to ids.</summary>
internal static class TokenizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = TokenizerOption.New();
        var jsonLines = new Option<bool>("--jsonl") { Description = "Bulk: each line {\"text\":\"...\",\"specials\":false} gives {\"ids\":[...]} or {\"error\":\"...\"}." };
        var specials = new Option<bool>("--specials") { Description = "Add the tokens that the model puts around a text; with --jsonl, where a line does not say." };
        var command = new DocumentedCommand(
            "tokenize",
            "Text on standard input (all of it, its newlines too) to token ids, on one line, separated by spaces. Text of special tokens becomes these tokens.",
            "printf 'Once upon a time' | rill tokenize --tokenizer models/rill-mini",
            "echo '{\"text\":\"Once upon a time\"}' | rill tokenize --tokenizer models/rill-mini --jsonl") { directory, jsonLines, specials };
        command.SetAction(parsed =>
        {
            var tokenizer = TokenizerOption.Load(parsed.GetRequiredValue(directory));
            return parsed.GetValue(jsonLines)
                ? JsonLines.Answer((line, answer) => AnswerLine(tokenizer, line, parsed.GetValue(specials), answer))
                : TokenizeInput(tokenizer, parsed.GetValue(specials));
        });
        return command;
    }

    private static void AnswerLine(HuggingFaceTokenizer tokenizer, JsonElement line, bool specialsByDefault, Utf8JsonWriter answer)
    {
        var ids = Encode(tokenizer, JsonInput.Text(line, "text"), JsonInput.Flag(line, "specials", specialsByDefault));
        answer.WriteStartArray("ids");
        foreach (var id in ids)
        {
            answer.WriteNumberValue(id);
        }

        answer.WriteEndArray();
    }

    private static int TokenizeInput(HuggingFaceTokenizer tokenizer, bool specials)
    {
        using var input = StandardStreams.OpenInput();
        var ids = Encode(tokenizer, StandardStreams.ReadText(input), specials);
        var output = StandardStreams.OpenOutput();
        Span<byte> digits = stackalloc byte[11];
        for (var index = 0; index < ids.Count; index++)
        {
            if (index > 0)
            {
                output.WriteByte((byte)' ');
            }

            Utf8Formatter.TryFormat(ids[index], digits, out var length);
            output.Write(digits[..length]);
        }

        output.WriteByte((byte)'\n');
        output.Flush();
        return ExitCode.Success;
    }

    private static IReadOnlyList<int> Encode(HuggingFaceTokenizer tokenizer, string text, bool specials)
    {
        var ids = tokenizer.EncodeToIds(text);
        return specials ? [.. tokenizer.PrefixIds, .. ids, .. tokenizer.SuffixIds] : ids;
    }
}
