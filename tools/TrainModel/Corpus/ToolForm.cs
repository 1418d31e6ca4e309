namespace Rill.TrainModel.Corpus;

/// <summary>A tool as a request defines it.</summary>
/// <param name="Kind">The part of its rules' names after "tool_".</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">Its definition in OpenAI's form, one line of JSON.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Bindings">What its own text was said with: uses of the tool are said with it too.</param>
internal sealed record ToolForm(
    string Kind, string Name, string Definition, IReadOnlyList<ToolParameter> Parameters, IReadOnlyDictionary<string, string> Bindings);

/// <summary>One use of a tool: what is asked, the arguments (JSON), the result that comes back, and the answer in words.</summary>
internal sealed record ToolUse(ToolForm Tool, string Question, string Arguments, string Result, string Answer);
