using System.Globalization;
using Rill.Bench;
using Rill.Bench.Engine;
using Rill.Bench.Gpu;
using Rill.Bench.Measure;
using Rill.Bench.Parity;
using Rill.Bench.Parts;
using Rill.Bench.Peer;
using Rill.Bench.Report;
using Rill.Bench.Servers;
using Rill.Bench.Texts;

// The peers, and what a process can do but once, are this same program, started again.
switch (args)
{
    case ["peer", var port, var milliseconds]:
        await BareKestrel.RunAsync(Number(port), TimeSpan.FromMilliseconds(Number(milliseconds)));
        return 0;
    case ["proxy", var port, var target]:
        await BareProxy.RunAsync(Number(port), Number(target));
        return 0;
    case [EngineSetup.Word, var setup]:
        return EngineChild.Run(EngineSetup.Parse(setup));
    case [StepEstimates.Verb]:
        Console.WriteLine(StepEstimates.Describe());
        return 0;
    case [BusyCore.Word]:
        return BusyCore.Spin();
    case [PeerTensors.Verb, var file]:
        return PeerTensors.Run(file);
    case [FirstLoad.Verb, var directory]:
        Console.WriteLine(FirstLoad.Run(directory));
        return 0;
}

if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Usage);
    return 2;
}

var missing = 0;
foreach (var (title, measure) in options.Parts.SelectMany(Sections))
{
    var busyness = Machine.Busyness();
    if (await measure() is not { } tables)
    {
        missing++;
        continue;
    }

    var section = $"""
        ## {title}

        `{options.Command}`, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, commit {Environment.GetEnvironmentVariable("RILL_COMMIT") ?? "unknown"}, {busyness}.
        {Machine.Describe()}.

        {tables}
        """;
    Console.WriteLine(section);
    if (options.IsKept)
    {
        var path = ServerFactory.ResultsPath;
        await File.WriteAllTextAsync(path, ResultsFile.Replace(await File.ReadAllTextAsync(path), section));
    }
}

return missing == options.Parts.Count ? 1 : 0;    // nothing of what was asked for could be measured; the part has said why

IEnumerable<(string Title, Func<Task<string?>> Measure)> Sections(string part) => part switch
{
    "serving" => [("Serving layer alone", async () => await ServingPart.RunAsync(options))],
    "model" => [("Default model over HTTP", async () => await ModelPart.RunAsync(options))],
    "soak" => [("Memory under load", async () => await SoakPart.RunAsync(options))],
    "text" => [("Tokenizers and chat templates", () => Task.FromResult(TextPart.Run(options))), .. Sections("grammar")],
    "grammar" => [(GrammarPart.Title, () => Task.FromResult(GrammarPart.Run(options)))],
    "schema" => [(SchemaPart.Title, () => Task.FromResult(SchemaPart.Run(options)))],
    "engine" => options.Shapes.Select(shape =>
        ($"Engine against llama.cpp, shape {shape.Name}", (Func<Task<string?>>)(() => Task.FromResult<string?>(EnginePart.Run(options, shape))))),
    AdaptersPart.Name => options.Shapes.Select(shape =>
        ($"Adapters, shape {shape.Name}", (Func<Task<string?>>)(() => Task.FromResult<string?>(AdaptersPart.Run(options, shape))))),
    GpuPart.Name => [(GpuPart.Title, () => Task.FromResult(GpuPart.Run(options)))],
    "quality" => [("Quality of quantized weights", () => Task.FromResult<string?>(QualityPart.Run(options)))],
    "parity" => [(ParityPart.Title, () => Task.FromResult<string?>(ParityPart.Run(options.Architecture)))],
    "engine-http" => [("Engine over HTTP", async () => await EngineHttpPart.RunAsync(options))],
    _ => [("Start to ready", async () => await StartPart.RunAsync(options))],
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
