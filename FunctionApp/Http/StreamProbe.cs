using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A stream of events at known times, by which a client sees whether anything on the way holds them back.</summary>
/// <param name="Count">Number of events.</param>
/// <param name="Interval">Time between two events.</param>
internal sealed record StreamProbe(int Count, TimeSpan Interval)
{
    private const int DefaultCount = 20, MostEvents = 1_000;
    private const int DefaultMilliseconds = 50, LeastMilliseconds = 1, MostMilliseconds = 60_000;

    /// <summary>Reads <c>count</c> in [1, 1000] and <c>interval_ms</c> in [1, 60000].</summary>
    public static (StreamProbe? Probe, ApiError? Error) Read(IQueryCollection query)
    {
        if (Number(query, "count", DefaultCount, 1, MostEvents) is not { } count)
        {
            return (null, ApiError.InvalidValue("count", $"count must be a whole number in [1, {MostEvents}]."));
        }

        return Number(query, "interval_ms", DefaultMilliseconds, LeastMilliseconds, MostMilliseconds) is { } milliseconds
            ? (new(count, TimeSpan.FromMilliseconds(milliseconds)), null)
            : (null, ApiError.InvalidValue("interval_ms", $"interval_ms must be a whole number in [{LeastMilliseconds}, {MostMilliseconds}]."));
    }

    /// <summary>Streams the events and <c>[DONE]</c>. A client that leaves ends it by an <see cref="OperationCanceledException"/>.</summary>
    public async Task RunAsync(EventStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        await stream.StartAsync();
        var began = time.GetTimestamp();
        for (var index = 0; index < Count; index++)
        {
            await Task.Delay(index == 0 ? TimeSpan.Zero : Interval, time, cancellationToken);
            using var turn = await stream.BeginAsync();
            turn.Writer.Write(
                new ProbeEvent(index, Count, Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1)), ProbeJson.Default.ProbeEvent);
            if (index == Count - 1)
            {
                turn.Writer.WriteDone();
            }

            await turn.FlushAsync();
        }
    }

    private static int? Number(IQueryCollection query, string name, int fallback, int least, int most)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
    }
}

/// <summary>One event of the probe.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Of">Number of events.</param>
/// <param name="SentMs">Milliseconds from the headers to this event, by the server's clock.</param>
internal sealed record ProbeEvent(int Index, int Of, double SentMs);

/// <summary>How the probe's events are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeEvent))]
internal sealed partial class ProbeJson : JsonSerializerContext;
