using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.OpenAI;

/// <summary>
/// Reads tools and tool_choice. The model's chat template is told of the tools; calls in the model's text are not parsed yet, so a request
/// with tools must say tool_choice none, as vLLM has it for a server without a tool-call parser.
/// </summary>
internal static partial class ToolFields
{
    /// <summary>The array of tools as it was given; null when there is none.</summary>
    public static JsonElement? Read(JsonField fields)
    {
        var tools = fields["tools"];
        var names = tools.Array(ReadTool, ChatRequestRules.MaxTools) ?? [];
        CheckChoice(tools, fields["tool_choice"], names);
        return names.Count > 0 ? tools.Value.Clone() : null;
    }

    /// <summary>The function's name.</summary>
    private static string? ReadTool(JsonField tool)
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

        return function.CheckObject() ? ReadFunction(function) : null;
    }

    private static string? ReadFunction(JsonField function)
    {
        var name = function["name"];
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && !FunctionName().IsMatch(text))
        {
            name.Refuse("must have 1 to 64 letters, digits, underscores or hyphens.");
        }

        function["description"].String();
        function["parameters"].CheckObject();
        function["strict"].Bool();
        return name.String();
    }

    /// <summary>What is refused is the choice where there is one, else the tools.</summary>
    private static void CheckChoice(JsonField tools, JsonField choice, IReadOnlyList<string> names)
    {
        var isNamed = choice.Value.ValueKind == JsonValueKind.Object;
        var mode = isNamed ? "required" : choice.String() ?? "auto";
        if (isNamed)
        {
            CheckName(choice, names);
        }

        switch (mode)
        {
            case "none":
                break;
            case "auto" or "required" when names.Count > 0:
                (choice.IsPresent ? choice : tools).RefuseUnsupported(
                    "This server does not parse tool calls yet: send tool_choice \"none\" to get the model's call as text.");
                break;
            case "required":
                choice.Refuse("is only allowed together with tools.");
                break;
            case not "auto":
                choice.Refuse("must be none, auto, required or an object that names a function.");
                break;
        }
    }

    private static void CheckName(JsonField choice, IReadOnlyList<string> tools)
    {
        var name = choice["function"]["name"];
        if (!name.IsPresent)
        {
            name.Miss();
        }
        else if (name.String() is { } text && tools.Count > 0 && !tools.Contains(text))
        {
            name.Refuse("must be the name of one of the tools.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FunctionName();
}
