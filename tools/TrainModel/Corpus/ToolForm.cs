namespace Rill.TrainModel.Corpus;

/// <summary>A tool as a request defines it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">Its definition in OpenAI's form, one line of JSON.</param>
internal sealed record ToolForm(string Name, string Definition);

/// <summary>A tool with one use of it: what is asked, the arguments (JSON), the result that comes back, and the answer in words.</summary>
internal sealed record ToolUse(ToolForm Tool, string Question, string Arguments, string Result, string Answer);
