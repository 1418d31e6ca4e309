using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>Refusals, and what comes of clients that leave.</summary>
internal static class ErrorCases
{
    private const int BodyOverTheCap = 5_000_000;

    /// <summary>The cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new(65, Severity.Normative, "broken requests are 400 with the whole error object", BrokenAsync),
        new(66, Severity.Normative, "an unknown model is 404", UnknownModelAsync),
        new(67, Severity.Normative, "a wrong key is 401 with the error object", WrongKeyAsync),
        new(68, Severity.Own, "a body over the cap is 413, another media type 415", BodyAsync),
        new(77, Severity.Own, "a client that leaves frees its place", LeaveAsync),
        new(78, Severity.Practice, "a client that leaves does not hold up the next", NextAsync),
    ];

    private static async Task BrokenAsync(Probe probe)
    {
        Expect.Refusal(await probe.SendAsync(HttpMethod.Post, "chat/completions", "{\"messages\":["), "broken JSON", 400);
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"messages\":5")), "messages: 5", 400, 422);
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"messages\":null")), "no messages", 400, 422);
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"messages\":[]")), "empty messages", 400, 422);
        Expect.Refusal(await probe.ChatAsync(probe.Streamed("\"messages\":[]")), "empty messages, streamed", 400, 422);
    }

    private static async Task UnknownModelAsync(Probe probe)
    {
        Expect.Refusal(await probe.ChatAsync(probe.Chat("\"model\":\"no/such-model\"")), "an unknown model", 404);
        Expect.Refusal(await probe.SendAsync(HttpMethod.Get, "models/no%2Fsuch-model"), "GET of an unknown model", 404);
        if (probe.Model is { } model)
        {
            Expect.That(Expect.Success(await probe.SendAsync(HttpMethod.Get, "models/" + Uri.EscapeDataString(model))).Text("id") == model, $"GET models/{model}", "another");
        }
    }

    private static async Task WrongKeyAsync(Probe probe)
    {
        if (!probe.HasKey)
        {
            throw new InconclusiveException("No --key was given, so the server may have none.");
        }

        Expect.Refusal(await probe.SendAsync(HttpMethod.Post, "chat/completions", probe.Chat().ToJsonString(), wrongKey: true), "a wrong key", 401);
    }

    private static async Task BodyAsync(Probe probe)
    {
        Expect.Refusal(await probe.SendAsync(HttpMethod.Post, "chat/completions", probe.Chat().ToJsonString(), "text/plain"), "text/plain", 415);
        Expect.Refusal(await probe.ChatAsync(probe.Chat("", new string('x', BodyOverTheCap))), "a body of 5 MB", 413);
    }

    private static async Task LeaveAsync(Probe probe)
    {
        await probe.LeaveAsync(probe.Streamed("\"max_tokens\":100000,\"ignore_eos\":true"));
        while (true)
        {
            var metrics = await probe.SendAsync(HttpMethod.Get, "/metrics");
            Expect.Supported(metrics, "/metrics");
            if (metrics.Body.Split('\n').Any(line => line.StartsWith("vllm:num_requests_running", StringComparison.Ordinal) && line.Split(' ')[^1] is "0" or "0.0"))
            {
                return;
            }

            await Task.Delay(50, probe.Limit);
        }
    }

    private static async Task NextAsync(Probe probe)
    {
        for (var left = 0; left < 8; left++)
        {
            await probe.LeaveAsync(probe.Streamed("\"max_tokens\":1000"));
        }

        Expect.Success(await probe.ChatAsync(probe.Chat("\"max_tokens\":4")));
    }
}
