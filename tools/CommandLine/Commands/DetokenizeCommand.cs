using System.CommandLine;
using System.Text;
using System.Text.Json;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.Text;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill detokenize</c>: ids to text.</summary>
internal static class DetokenizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var directory = TokenizerOption.New();
        var jsonLines = new Option<bool>("--jsonl") { Description = "Bulk: each line {\"ids\":[...],\"skip_specials\":false} gives {\"text\":\"...\"} or {\"error\":\"...\"}." };
        var skip = new Option<bool>("--skip-specials") { Description = "Leave special tokens out of the text; with --jsonl, where a line does not say." };
        var command = new DocumentedCommand(
            "detokenize",
            "Token ids on standard input, separated by white space, to text: exactly the ids' text, without a newline of its own. Text is written as the ids come.",
            "printf 'Once upon a time' | rill tokenize --tokenizer models/rill-mini | rill detokenize --tokenizer models/rill-mini",
            "echo '{\"ids\":[72,105]}' | rill detokenize --tokenizer models/rill-mini --jsonl") { directory, jsonLines, skip };
        command.SetAction(parsed =>
        {
            var tokenizer = TokenizerOption.Load(parsed.GetRequiredValue(directory));
            return parsed.GetValue(jsonLines)
                ? JsonLines.Answer((line, answer) => AnswerLine(tokenizer, line, parsed.GetValue(skip), answer))
                : DetokenizeInput(tokenizer, parsed.GetValue(skip));
        });
        return command;
    }

    private static void AnswerLine(HuggingFaceTokenizer tokenizer, JsonElement line, bool skipByDefault, Utf8JsonWriter answer)
    {
        var ids = JsonInput.Integers(line, "ids");
        for (var index = 0; index < ids.Length; index++)
        {
            Require(tokenizer, ids[index], $"ids[{index}]");
        }

        answer.WriteString("text", tokenizer.Decode(ids, JsonInput.Flag(line, "skip_specials", skipByDefault)));
    }

    private static int DetokenizeInput(HuggingFaceTokenizer tokenizer, bool skipSpecials)
    {
        using var input = StandardStreams.OpenInput();
        var output = StandardStreams.OpenOutput();
        var detokenizer = new IncrementalDetokenizer(tokenizer, skipSpecials);
        var count = 0;
        foreach (var id in IdReader.Read(input, output.Flush))
        {
            count++;
            Require(tokenizer, id, $"id number {count}");
            output.Write(Encoding.UTF8.GetBytes(detokenizer.Push(id)));
        }

        output.Write(Encoding.UTF8.GetBytes(detokenizer.Flush()));
        output.Flush();
        return ExitCode.Success;
    }

    /// <summary>Refuses an id that no token has.</summary>
    private static void Require(HuggingFaceTokenizer tokenizer, int id, string what)
    {
        if (id < 0 || id >= tokenizer.VocabularySize)
        {
            throw new FailureException($"{what} is {id}, but this tokenizer's ids lie in [0, {tokenizer.VocabularySize}).");
        }

        if (tokenizer.GetBytes(id).IsEmpty && !tokenizer.IsSpecial(id))
        {
            throw new FailureException($"{what} is {id}, which is no token of this tokenizer.");
        }
    }
}
