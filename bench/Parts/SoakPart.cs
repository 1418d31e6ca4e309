using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>
/// Does memory stay flat? The default model under a long, mixed load: answers of several lengths, and every third client hangs up in
/// the middle. The KV memory is kept small, so that it is full soon and what still grows is a leak.
/// </summary>
internal static class SoakPart
{
    private const int Streams = 4;
    private const int Samples = 12;

    private static readonly TimeSpan _slice = TimeSpan.FromMilliseconds(20);
    private static readonly int[] _lengths = [16, 64, 200];

    /// <summary>Loads the server for the time and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        using var rill = ServerFactory.StartRill(new Dictionary<string, string> { ["Rill__KvCacheMiB"] = "32" });
        await rill.WaitForAsync("/health/ready");
        var worker = ServerFactory.WorkerOf(rill);
        var table = new Table("minutes", "answers", "hung up", "worker's resident memory, MB");
        using var client = new LoadClient(rill.Address);
        var counts = new Counts();
        var start = Stopwatch.GetTimestamp();
        for (var sample = 1; sample <= Samples; sample++)
        {
            var until = options.SoakTime * sample / Samples;
            while (Stopwatch.GetElapsedTime(start) < until)
            {
                Turn(client, counts);
            }

            var row = (Minutes: until.TotalMinutes, Memory: ProcessUsage.ResidentBytes(worker) / 1e6);
            Console.Error.WriteLine(FormattableString.Invariant($"soak: {row.Minutes:0.0} min, {counts.Answers} answers, {row.Memory:0.0} MB"));
            table.Add(Table.Number(row.Minutes), Text(counts.Answers), Text(counts.HungUp), row.Memory.ToString("0.0", CultureInfo.InvariantCulture));
        }

        return new StringBuilder().Append(table).Append(CultureInfo.InvariantCulture,
            $"\n{Streams} streams at once, prompts all different, 16 to 200 tokens each, every third client hangs up after a few chunks; KV memory of 32 MiB.\n").ToString();
    }

    private static void Turn(LoadClient client, Counts counts)
    {
        while (client.Streams.Count < Streams)
        {
            client.Open(Requests.Chat($"Tell me story number {counts.Opened}.", _lengths[counts.Opened % _lengths.Length]));
            counts.Opened++;
        }

        client.PumpFor(_slice);
        foreach (var stream in client.Streams.ToList())
        {
            var hangsUp = !stream.Ended && stream.Sent % 3 == 0 && stream.Arrivals.Count > 5;
            if (stream.Ended || hangsUp)
            {
                client.Close(stream);
                counts.Answers += hangsUp ? 0 : 1;
                counts.HungUp += hangsUp ? 1 : 0;
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Counts
    {
        public int Opened { get; set; }

        public int Answers { get; set; }

        public int HungUp { get; set; }
    }
}
