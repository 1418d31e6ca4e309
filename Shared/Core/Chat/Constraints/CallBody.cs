using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>Writes what stands between the marks of one call: a tool's name and its arguments, perhaps an id and a number.</summary>
internal sealed class CallBody
{
    private const int MostBlanks = 2;

    private readonly ToolFormat _format;
    private readonly ModelMarks _marks;
    private readonly ToolArguments _arguments;
    private readonly IReadOnlyList<(int Index, ToolDefinition Tool)> _tools;
    private readonly Dictionary<bool, Rule> _rules = [];
    private readonly TaggedArguments _tagged;
    private readonly CallObject _object;
    private readonly PythonArguments _python;

    /// <summary>Of a format's calls of some tools.</summary>
    public CallBody(ToolFormat format, ModelMarks marks, ToolArguments arguments, IReadOnlyList<(int Index, ToolDefinition Tool)> tools)
    {
        (_format, _marks, _arguments, _tools) = (format, marks, arguments, tools);
        _tagged = new(format.Arguments, marks, arguments);
        _object = new(format.Arguments, arguments);
        _python = new(arguments);
    }

    /// <summary>True when the arguments are JSON, around which white space means nothing.</summary>
    public bool IsJson => _format.Arguments.Kind is ArgumentKind.JsonObject or ArgumentKind.NameIsKey or ArgumentKind.Json or ArgumentKind.JsonString;

    /// <summary>A call of one of the tools.</summary>
    /// <param name="isOpened">True when its first part, a fixed text, has been read.</param>
    public Rule Rule(bool isOpened = false)
    {
        if (!_rules.TryGetValue(isOpened, out var rule))
        {
            var parts = _format.Call.Skip(isOpened ? 1 : 0).ToList();
            _rules.Add(isOpened, rule = new() { Machines = [.. _tools.Select(tool => Body(parts, tool.Tool, tool.Index))] });
        }

        return rule;
    }

    private ProgramMachine Body(IReadOnlyList<CallPart> parts, ToolDefinition tool, int index)
    {
        var program = new AnswerProgram();
        foreach (var part in parts)
        {
            _ = part.Kind switch
            {
                CallPartKind.Literal => program.Literal(_marks.Of(part.Text)),
                CallPartKind.Name => program.Literal(tool.Name),
                CallPartKind.Id => program.Value(_arguments.Id),
                CallPartKind.Index => program.Value(_arguments.Index),
                _ => Arguments(program, tool, index),
            };
        }

        return program.Build();
    }

    private AnswerProgram Arguments(AnswerProgram program, ToolDefinition tool, int index) => _format.Arguments.Kind switch
    {
        ArgumentKind.JsonObject or ArgumentKind.NameIsKey => program.Gap(MostBlanks).Value(_object.Rule(tool, index)),
        ArgumentKind.Json => program.Gap(MostBlanks).Value(_arguments.Json(tool, index)),
        ArgumentKind.JsonString => program.Gap(MostBlanks).Literal("\"").Value(EscapedMachine.Of(_arguments.Json(tool, index))).Literal("\""),
        ArgumentKind.Tagged => _tagged.Write(program, tool, index),
        ArgumentKind.Python => _python.Write(program, tool, index),
        ArgumentKind.Lax when _marks.Of(_format.Arguments.StringDelimiter) is { Length: 1, HasText: false } delimiter =>
            program.Value(LaxMachine.Of(_arguments.Json(tool, index), delimiter.Tokens.Single())),
        var kind => throw new AnswerFormException(ApiError.UnsupportedParameter(
            tool.IsStrict ? ToolArguments.PathOf(index, "strict") : "tool_choice",
            $"This model writes the arguments of calls in a form ({kind}) to which answers cannot be held: use tool_choice auto and no strict tools.")),
    };
}
