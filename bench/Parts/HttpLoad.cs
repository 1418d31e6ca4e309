using System.Diagnostics;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>So many streams on a server with a made-up model, each answer followed by the next request at once.</summary>
internal sealed class HttpLoad
{
    /// <summary>Tokens of every prompt.</summary>
    public const int PromptTokens = 128;

    /// <summary>Tokens of every answer.</summary>
    public const int AnswerTokens = 48;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    /// <summary>Measures.</summary>
    /// <param name="server">A server that is ready.</param>
    /// <param name="streams">Streams at once.</param>
    /// <param name="answersPerStream">Answers that every stream gets, one after the other.</param>
    /// <param name="prompts">Prompts that were sent so far: no prompt is sent twice, or the prefix cache would answer.</param>
    public HttpLoad(ServerProcess server, int streams, int answersPerStream, ref int prompts)
    {
        using var client = new LoadClient(server.Address);
        var answers = new List<LoadStream>();
        var start = Stopwatch.GetTimestamp();
        while (answers.Count < streams * answersPerStream)
        {
            while (client.Streams.Count(stream => !stream.Ended) < streams && answers.Count < streams * answersPerStream)
            {
                answers.Add(client.Open(Request(prompts++, AnswerTokens)));
            }

            var ended = answers.Count(stream => stream.Ended);
            client.PumpUntil(() => answers.Count(stream => stream.Ended) > ended, _limit);
        }

        client.PumpUntil(() => answers.All(stream => stream.Ended), _limit);
        var seconds = Stopwatch.GetElapsedTime(start, answers.Max(answer => answer.EndedAt)).TotalSeconds;
        var tokens = answers.Sum(answer => answer.CompletionTokens);
        TokensPerSecond = tokens / seconds;
        TokensPerChunk = (double)tokens / answers.Sum(answer => answer.Arrivals.Count);
        FirstToken = new(answers.Select(answer => Stopwatch.GetElapsedTime(answer.Sent, answer.Arrivals[0].At).TotalMilliseconds));
        Gaps = new(answers.SelectMany(answer => answer.Gaps(0, long.MaxValue)));
    }

    /// <summary>Tokens of all answers, divided by the time from the first request to the last answer's end.</summary>
    public double TokensPerSecond { get; }

    /// <summary>Tokens in a content chunk on average.</summary>
    public double TokensPerChunk { get; }

    /// <summary>Milliseconds from a request to its first token.</summary>
    public Summary FirstToken { get; }

    /// <summary>Milliseconds between a stream's neighbouring chunks.</summary>
    public Summary Gaps { get; }

    /// <summary>Asks for one token and returns when it arrived, in ticks of the stopwatch.</summary>
    public static long FirstTokenAt(ServerProcess server)
    {
        using var client = new LoadClient(server.Address);
        var answer = client.Open(Request(0, 1));
        client.PumpUntil(() => answer.Ended, _limit);
        return answer.Arrivals[0].At;
    }

    private static byte[] Request(int number, int maxTokens) =>
        Requests.Chat(SmallTokenizer.Prompt(PromptTokens, number), maxTokens, includeUsage: true, temperature: 0);
}
