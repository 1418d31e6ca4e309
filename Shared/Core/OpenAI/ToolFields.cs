using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.OpenAI;

/// <summary>Reads tools and tool_choice, and what they were called before: functions and function_call.</summary>
internal static partial class ToolFields
{
    /// <summary>The request with its tools.</summary>
    public static ChatCompletionRequest Read(JsonField fields, ChatCompletionRequest request)
    {
        var (tools, functions) = (fields["tools"], fields["functions"]);
        var definitions = tools.Array(ReadTool, ChatRequestRules.MaxTools) ?? [];
        if (functions.Array(ReadFunction, ChatRequestRules.MaxTools) is not { Count: > 0 } older)
        {
            return request with
            {
                Tools = definitions.Count > 0 ? tools.Value.Clone() : null,
                Functions = definitions,
                ToolChoice = ReadChoice(fields["tool_choice"], definitions, "function"),
                ParallelToolCalls = fields["parallel_tool_calls"].Bool() ?? true,
            };
        }

        if (definitions.Count > 0)
        {
            functions.Refuse("must not stand beside tools, its newer name.");
        }

        return request with
        {
            Tools = AsTools(functions.Value),
            Functions = older,
            ToolChoice = ReadChoice(fields["function_call"], older, null),
            ParallelToolCalls = false,
            AnswersWithFunctionCall = true,
        };
    }

    private static ToolDefinition? ReadTool(JsonField tool)
    {
        if (!tool.CheckObject())
        {
            return null;
        }

        var type = tool["type"];
        if (!type.IsPresent)
        {
            type.Miss();
        }
        else if (type.String() is { } kind && kind != "function")
        {
            type.RefuseUnsupported($"{type.Path} must be function: this server knows no other tools.");
        }

        var function = tool["function"];
        if (!function.IsPresent)
        {
            function.Miss();
        }

        return ReadFunction(function);
    }

    private static ToolDefinition? ReadFunction(JsonField function)
    {
        if (!function.CheckObject())
        {
            return null;
        }

        var (name, parameters) = (function["name"], function["parameters"]);
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && !FunctionName().IsMatch(text))
        {
            name.Refuse("must have 1 to 64 letters, digits, underscores or hyphens.");
        }

        function["description"].String();
        var isStrict = function["strict"].Bool() ?? false;
        var schema = parameters.CheckObject() && parameters.IsPresent ? parameters.Value.Clone() : (JsonElement?)null;
        return name.String() is { } named ? new(named, schema, isStrict) : null;
    }

    /// <param name="choice">tool_choice or function_call.</param>
    /// <param name="tools">What may be chosen.</param>
    /// <param name="member">The member in which an object names its function; null where it does so itself.</param>
    private static ToolChoice? ReadChoice(JsonField choice, IReadOnlyList<ToolDefinition> tools, string? member)
    {
        if (choice.Value.ValueKind == JsonValueKind.Object)
        {
            return ReadNamed(choice, tools, member);
        }

        var mode = choice.String();
        switch (mode)
        {
            case null:
                return null;
            case "none":
                return new(ToolChoiceMode.None);
            case "auto":
                return new(ToolChoiceMode.Auto);
            case "required" when member is not null:
                CheckTools(choice, tools);
                return new(ToolChoiceMode.Required);
            default:
                choice.Refuse($"must be none, auto, {(member is null ? "" : "required ")}or an object that names a function.");
                return null;
        }
    }

    private static ToolChoice? ReadNamed(JsonField choice, IReadOnlyList<ToolDefinition> tools, string? member)
    {
        if (choice["type"].String() is { } type && type != "function")
        {
            choice["type"].RefuseUnsupported($"{choice.Path}.type must be function: this server knows no other choice of tools.");
            return null;
        }

        var name = member is null ? choice["name"] : choice[member]["name"];
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && CheckTools(choice, tools) && tools.All(tool => tool.Name != text))
        {
            name.Refuse("must be the name of one of the tools.");
        }

        return name.String() is { } named ? new(ToolChoiceMode.Named, named) : null;
    }

    private static bool CheckTools(JsonField choice, IReadOnlyList<ToolDefinition> tools)
    {
        if (tools.Count > 0)
        {
            return true;
        }

        choice.Refuse("is only allowed together with tools.");
        return false;
    }

    /// <summary>The older form in the newer one's words, which templates know.</summary>
    private static JsonElement AsTools(JsonElement functions) =>
        JsonElement.Parse($"[{string.Join(',', functions.EnumerateArray().Select(function => $$"""{"type":"function","function":{{function.GetRawText()}}}"""))}]");

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FunctionName();
}
