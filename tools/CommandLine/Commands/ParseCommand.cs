using System.CommandLine;
using System.Text;
using System.Text.Json;
using Rill.Chat.Format;
using Rill.Chat.Format.Named;
using Rill.Chat.Output;
using Rill.Chat.Output.Parsing;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.OpenAI;
using Rill.Text;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill parse</c>: an answer's raw text to its parts.</summary>
internal static class ParseCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A model's directory: the format that its files show, and its tokenizer, by which its marks are tokens.", HelpName = "DIR" };
        var format = new Option<string?>("--format") { Description = "A format by its name, with marks known by their text; with --model, in place of the format that its files show.", HelpName = "NAME" };
        var tools = new Option<FileInfo?>("--tools") { Description = "A JSON array of tools, as a request has it; without it what looks like a call is text.", HelpName = "FILE" };
        var open = new Option<bool>("--thinking") { Description = "The prompt has opened the reasoning." };
        var command = new DocumentedCommand(
            "parse",
            "An answer's raw text on standard input to its parts: {\"content\":...,\"reasoning\":...,\"tool_calls\":[{\"id\",\"name\",\"arguments\"}]}.",
            "echo '<think>hm</think>Hello' | rill parse --format think",
            "echo 'Hello' | rill parse --model models/rill-mini --format qwen3") { model, format, tools, open };
        command.Validators.Add(result =>
        {
            if (result.GetResult(model) is null && result.GetResult(format) is null)
            {
                result.AddError("--model DIR or --format NAME is required.");
            }
        });
        command.SetAction(parsed =>
        {
            using var files = parsed.GetValue(model) is { } directory ? Open(directory) : null;
            var text = files is null ? null : ModelText.Load(files);
            var found = parsed.GetValue(format) is { } name ? Named(name) : FormatFinder.Find(FormatFinder.Auto, files!, text!);
            var context = new ParserContext { Tools = parsed.GetValue(tools) is { } file ? Read(file) : [], ReasoningIsOpen = parsed.GetValue(open) };
            return Write(Parse(found, text?.Tokenizer, context));
        });
        return command;
    }

    private static ModelFiles Open(string path) => ModelFiles.IsThere(path)
        ? ModelFiles.At(path)
        : throw new FailureException($"There is no directory or GGUF file {path}.");

    private static MessageFormat? Named(string name) => NamedFormats.Find(name)
        ?? throw new FailureException($"There is no message format '{name}'; there are {string.Join(", ", NamedFormats.Names)}.");

    private static List<ToolDefinition> Read(FileInfo file)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        Utf8Check.Require(bytes, file.ToString());
        using var document = ParseJson(bytes, file);
        var tools = new List<ToolDefinition>();
        foreach (var tool in document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray() : default)
        {
            var function = tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var inner) ? inner : tool;
            if (function.ValueKind != JsonValueKind.Object || !function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
            {
                throw new FailureException($"{file}: every tool needs a function with a name.");
            }

            tools.Add(new(name.GetString()!, function.TryGetProperty("parameters", out var parameters) ? parameters.Clone() : null, IsStrict: false));
        }

        return tools.Count > 0 ? tools : throw new FailureException($"{file} must hold an array of tools.");
    }

    private static JsonDocument ParseJson(byte[] bytes, FileInfo file)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            throw new FailureException($"{file} is no JSON; it must hold an array of tools.");
        }
    }

    private static ParsedAnswer Parse(MessageFormat? format, ITokenizer? tokenizer, ParserContext context)
    {
        using var input = StandardStreams.OpenInput();
        var bytes = StandardStreams.ReadBytes(input);
        Utf8Check.Require(bytes, "Standard input");
        var text = Encoding.UTF8.GetString(bytes);
        return format is null ? new ParsedAnswer(text, "", []) : AnswerReading.Read(text, format, tokenizer, context);
    }

    private static int Write(ParsedAnswer answer)
    {
        using var output = StandardStreams.OpenOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteText("content", answer.Content);
            WriteText("reasoning", answer.Reasoning);
            json.WriteStartArray("tool_calls");
            foreach (var call in answer.Calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();

            void WriteText(string name, string text)
            {
                if (text.Length > 0)
                {
                    json.WriteString(name, text);
                }
                else
                {
                    json.WriteNull(name);
                }
            }
        }

        output.Write("\n"u8);
        output.Flush();
        return ExitCode.Success;
    }
}
