using System.Globalization;
using Rill.Bench;
using Rill.Bench.Measure;
using Rill.Bench.Parts;
using Rill.Bench.Peer;
using Rill.Bench.Report;
using Rill.Bench.Servers;

// The peers are this same program, started again.
switch (args)
{
    case ["peer", var port, var milliseconds]:
        await BareKestrel.RunAsync(Number(port), TimeSpan.FromMilliseconds(Number(milliseconds)));
        return 0;
    case ["proxy", var port, var target]:
        await BareProxy.RunAsync(Number(port), Number(target));
        return 0;
}

if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Usage);
    return 2;
}

foreach (var part in options.Parts)
{
    var busyness = Machine.Busyness();
    var (title, tables) = part switch
    {
        "serving" => ("Serving layer alone", await ServingPart.RunAsync(options)),
        "model" => ("Default model over HTTP", await ModelPart.RunAsync(options)),
        "soak" => ("Memory under load", await SoakPart.RunAsync(options)),
        "text" => ("Tokenizers and chat templates", TextPart.Run(options)),
        _ => ("Start to ready", await StartPart.RunAsync(options)),
    };
    if (tables is null)
    {
        continue;
    }

    var section = $"""
        ## {title}

        `{options.Command}`, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, commit {Environment.GetEnvironmentVariable("RILL_COMMIT") ?? "unknown"}, {busyness}.
        {Machine.Describe()}.

        {tables}
        """;
    Console.WriteLine(section);
    if (!options.Quick)
    {
        var path = ServerFactory.ResultsPath;
        await File.WriteAllTextAsync(path, ResultsFile.Replace(await File.ReadAllTextAsync(path), section));
    }
}

return 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
