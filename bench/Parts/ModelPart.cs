using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>The default model over HTTP, through LocalHost, with streams that follow one another without a pause.</summary>
internal static class ModelPart
{
    private const int MaxTokens = 128;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);
    private static readonly int[] _streamCounts = [1, 4, 16];

    private static readonly string[] _who = ["a fox", "an old sailor", "a clockmaker", "two sisters", "a shy robot", "a baker", "a lost kitten"];
    private static readonly string[] _where = ["in the rain", "on a small island", "at the market", "in a silent library", "by the river"];

    /// <summary>Measures and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        using var rill = ServerFactory.StartRill();
        await rill.WaitForAsync("/health/ready");
        Console.Error.WriteLine("model: warming up");
        Load(rill, streams: 4, options.WarmUp);

        var table = new Table("streams", "first token p50, ms", "p95, ms", "inter-token p50, ms", "p95, ms", "tokens/s", "tokens a chunk", "requests");
        foreach (var streams in _streamCounts)
        {
            Console.Error.WriteLine($"model: {streams} streams");
            var (answers, rate) = Load(rill, streams, options.ModelWindow);
            var first = new Summary(answers.Select(answer => Stopwatch.GetElapsedTime(answer.Sent, answer.Arrivals[0].At).TotalMilliseconds));
            var gaps = new Summary(answers.SelectMany(answer => answer.Gaps(0, long.MaxValue)));
            table.Add(
                streams.ToString(CultureInfo.InvariantCulture),
                Table.Number(first.Median),
                Table.Number(first.Percentile(95)),
                Table.Number(gaps.Median),
                Table.Number(gaps.Percentile(95)),
                Table.Number(rate),
                Table.Number(answers.Average(TokensPerChunk)),
                answers.Count.ToString(CultureInfo.InvariantCulture));
        }

        var text = new StringBuilder().Append(table);
        text.Append(CultureInfo.InvariantCulture,
            $"\nShort prompts, all different; {MaxTokens} tokens an answer at the default sampling, the model's own end ignored; {options.ModelWindow.TotalSeconds:0} s at each number of streams, every answer followed by the next request at once. Tokens a second are of all streams together.\n");
        return text.ToString();
    }

    /// <summary>Keeps the streams going for a time, lets the last ones end, and counts the tokens that came within the time.</summary>
    private static (List<LoadStream> Answers, double TokensPerSecond) Load(ServerProcess server, int streams, TimeSpan time)
    {
        using var client = new LoadClient(server.Address);
        var answers = new List<LoadStream>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            while (client.Streams.Count < streams)
            {
                answers.Add(client.Open(Requests.Chat(Prompt(answers.Count), MaxTokens, includeUsage: true)));
            }

            client.PumpUntil(() => client.Streams.Any(stream => stream.Ended), _limit);
            CloseEnded(client);
        }

        var end = Stopwatch.GetTimestamp();
        client.PumpUntil(() => client.Streams.All(stream => stream.Ended), _limit);
        var tokens = answers.Sum(answer => answer.Arrivals.Count(arrival => arrival.At <= end) * TokensPerChunk(answer));
        return (answers, tokens / Stopwatch.GetElapsedTime(start, end).TotalSeconds);
    }

    private static void CloseEnded(LoadClient client)
    {
        foreach (var stream in client.Streams.Where(stream => stream.Ended).ToList())
        {
            client.Close(stream);
        }
    }

    private static double TokensPerChunk(LoadStream answer) => (double)answer.CompletionTokens / answer.Arrivals.Count;

    private static string Prompt(int number) =>
        $"Tell me a short story about {_who[number % _who.Length]} {_where[number / _who.Length % _where.Length]}, number {number}.";
}
