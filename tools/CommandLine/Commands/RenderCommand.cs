using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rill.Chat.Input;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.Text;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill render</c>: a conversation to the prompt that a chat template makes of it.</summary>
internal static class RenderCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A model's directory: its template and special tokens, and messages fitted to them, as the endpoint does.", HelpName = "DIR" };
        var template = new Option<FileInfo?>("--template") { Description = "A template alone: bos_token, eos_token and the like are read from the input, and messages are given as they are.", HelpName = "FILE" };
        var jsonLines = new Option<bool>("--jsonl") { Description = "Bulk: each line is such an object, and gives {\"text\":\"...\"} or {\"error\":\"...\"}." };
        var now = new Option<DateTime?>("--now") { Description = "The local time that templates are told, such as 2026-07-26T12:34:56; the clock's if absent.", HelpName = "TIME", CustomParser = ParseTime };
        var command = new DocumentedCommand(
            "render",
            "{\"messages\":[...],\"tools\":[...],\"documents\":[...],\"add_generation_prompt\":true,\"chat_template_kwargs\":{...}} on standard input to the prompt's text. Only messages is required.",
            "echo '{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}' | rill render --model models/rill-mini",
            "echo '{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"bos_token\":\"<s>\"}' | rill render --template models/rill-mini/chat_template.jinja --jsonl") { model, template, jsonLines, now };
        command.Validators.Add(result =>
        {
            if (result.GetResult(model) is null == result.GetResult(template) is null)
            {
                result.AddError("One of --model DIR and --template FILE is required.");
            }
        });
        command.SetAction(parsed =>
        {
            var time = parsed.GetValue(now) is { } frozen ? new FrozenTime(frozen) : TimeProvider.System;
            var render = parsed.GetValue(model) is { } directory ? OfModel(directory, time) : OfTemplate(parsed.GetRequiredValue(template)!, time);
            return parsed.GetValue(jsonLines) ? JsonLines.Answer((line, answer) => answer.WriteString("text", render(line))) : RenderInput(render);
        });
        return command;
    }

    private static Func<JsonElement, string> OfModel(string path, TimeProvider time)
    {
        using var files = ModelFiles.IsThere(path) ? ModelFiles.At(path) : throw new FailureException($"There is no directory or GGUF file {path}.");
        var model = ModelTemplate.Load(files, time);
        var renderer = new PromptRenderer(model.Template, model.Variables, model.Named);
        return line => renderer.Render(Conversation.Read(line)).ToString();
    }

    private static Func<JsonElement, string> OfTemplate(FileInfo file, TimeProvider time)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        Utf8Check.Require(bytes, file.ToString());
        var template = ChatTemplate.Parse(Encoding.UTF8.GetString(bytes), file.ToString(), time);
        return line => PromptRenderer.RenderAsGiven(template, Conversation.Read(line)).ToString();
    }

    private static int RenderInput(Func<JsonElement, string> render)
    {
        using var input = StandardStreams.OpenInput();
        using var document = JsonInput.Parse(StandardStreams.ReadBytes(input), "Standard input");
        var output = StandardStreams.OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(render(document.RootElement)));
        output.Flush();
        return ExitCode.Success;
    }

    private static DateTime? ParseTime(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (DateTime.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }

        result.AddError("--now must be a time such as 2026-07-26T12:34:56.");
        return null;
    }
}
