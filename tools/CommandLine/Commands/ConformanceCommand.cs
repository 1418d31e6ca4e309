using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Rill.CommandLine.Client;
using Rill.CommandLine.Conformance;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill conformance</c>: whether a server does what clients of OpenAI's API rely on.</summary>
internal static class ConformanceCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "The server's address; /v1 at its end may be left out.", Required = true, CustomParser = ServerOptions.ParseUrl };
        var key = new Option<string?>("--key") { Description = "The key, sent as a bearer." };
        var model = new Option<string?>("--model") { Description = "The model to name; the first that the server lists if absent." };
        var only = new Option<string?>("--only") { Description = "Cases whose number is, or whose title contains, this.", HelpName = "PATTERN" };
        var all = new Option<bool>("--all") { Description = "Ask other servers for Rill's own contract, too." };
        var json = new Option<bool>("--json") { Description = "One JSON object, for programs." };
        var seconds = new Option<double>("--seconds") { Description = "Time for each case.", DefaultValueFactory = _ => 60, CustomParser = ParseSeconds };
        var command = new DocumentedCommand(
            "conformance",
            "Tries a server of OpenAI's API, Rill or another: streams, text, requests, tools, errors, other endpoints. Exit code 0 if no case failed, 1 if one did, 2 if nothing could be tried.",
            "rill conformance --url http://localhost:7071",
            "rill conformance --url http://localhost:8000/v1 --key KEY --only stream --json") { url, key, model, only, all, json, seconds };
        command.SetAction(async (parsed, _) =>
        {
            var cases = Chosen(parsed.GetValue(only));
            using var suite = new Suite(
                ServerAddress.ApiOf(parsed.GetRequiredValue(url)), parsed.GetValue(key), parsed.GetValue(model), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            return await RunAsync(suite, cases, parsed.GetRequiredValue(url), parsed.GetValue(all), parsed.GetValue(json));
        });
        return command;
    }

    private static double ParseSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.1 and <= 3600)
        {
            return seconds;
        }

        result.AddError("--seconds must lie in [0.1, 3600].");
        return 0;
    }

    private static List<ConformanceCase> Chosen(string? pattern) =>
        [.. Suite.Cases.Where(each => pattern is null
            || each.Number.ToString(CultureInfo.InvariantCulture) == pattern
            || each.Title.Contains(pattern, StringComparison.OrdinalIgnoreCase))];

    private static async Task<int> RunAsync(Suite suite, List<ConformanceCase> cases, Uri url, bool all, bool asJson)
    {
        try
        {
            if (cases.Count == 0)
            {
                throw new FailureException("No case has such a number or title.");
            }

            await suite.MeetAsync();
        }
        catch (FailureException failure)
        {
            await Console.Error.WriteLineAsync($"rill: {failure.Message}");
            return ExitCode.Usage;
        }

        await using var output = StandardStreams.OpenOutput();
        var results = new List<ConformanceResult>();
        foreach (var each in cases)
        {
            var result = each.Severity == Severity.Own && !suite.IsRill && !all
                ? new ConformanceResult(each.Number, each.Severity, each.Title, Outcome.Skipped, "Rill's own contract; --all asks for it.")
                : await suite.RunAsync(each);
            results.Add(result);
            if (!asJson)
            {
                output.Write(Encoding.UTF8.GetBytes(ResultWriter.Line(result)));
                output.Flush();
            }
        }

        output.Write(asJson ? ResultWriter.Json(url, results) : Encoding.UTF8.GetBytes(ResultWriter.Sum(results)));
        output.Flush();
        return results.Any(result => result.Outcome == Outcome.Failed) ? ExitCode.Failure : ExitCode.Success;
    }
}
