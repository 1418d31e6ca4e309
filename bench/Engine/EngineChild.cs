using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Rill.Bench.Models;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Torch.Native;

namespace Rill.Bench.Engine;

/// <summary>
/// The child process that holds one engine: libtorch's threads and ggml's never share a process, and while one engine is measured the other
/// blocks on its standard input.
/// </summary>
internal static class EngineChild
{
    /// <summary>Serves orders until the input ends.</summary>
    public static int Run(EngineSetup setup)
    {
        var main = Stopwatch.GetTimestamp();
        IEngine? engine = null;
        try
        {
            engine = Start(setup, main, out var phases);
            Reply(Hello(engine) with { Phases = phases });
            while (Console.ReadLine() is { } line)
            {
                var order = JsonSerializer.Deserialize<EngineOrder>(line)!;
                if (order.Setup is not null)
                {
                    engine.Dispose();
                    engine = null;
                    engine = Open(order.Setup);
                }

                Reply(Answer(engine, order));
            }

            return 0;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Reply(new EngineReply { Error = failure.Message });
            return 1;
        }
        finally
        {
            engine?.Dispose();
        }
    }

    private static IEngine Start(EngineSetup setup, long main, out double[] phases)
    {
        if (!setup.IsPeer)
        {
            NativeTorch.Load();
        }

        var libraries = Stopwatch.GetTimestamp();
        var engine = Open(setup);
        phases = [.. new[] { main, libraries, Stopwatch.GetTimestamp() }.Select(moment => Stopwatch.GetElapsedTime(setup.StartedAt, moment).TotalMilliseconds)];
        return engine;
    }

    private static IEngine Open(EngineSetup setup) => setup.IsPeer
        ? new LlamaEngine(LlamaPackage.Libraries, setup.Model, new LlamaOptions(setup.Threads, setup.FlashAttention, setup.Format == WeightFormat.F32))
        : new RillEngine(setup.Model, setup.Format, setup.Threads, setup.FillContext, setup.Gpu, setup.Adapters);

    private static EngineReply Hello(IEngine engine) => new() { Description = engine.Description, Notes = (engine as RillEngine)?.Notes };

    private static EngineReply Answer(IEngine engine, EngineOrder order) => order.Do switch
    {
        "load" => Hello(engine),
        "decode" => new() { Seconds = engine.Decode(order.Sequences, order.Context, order.Count) },
        "prefill" => new() { Seconds = engine.Prefill(order.Context) },
        "continue" => new() { Tokens = engine.Continue(order.Tokens!, order.Count) },
        "bandwidth" => new() { Seconds = DeviceBandwidth.SecondsPerGigabyte(order.Device!, order.Count) },
        "product" => new() { Seconds = DeviceProduct.SecondsPerTeraOperation(order.Device!, order.Count) },
        "logits" => Write(order.File!, engine.Logits(order.Tokens!, order.AsPrompt)),
        "lags" when engine is LlamaEngine llama => new() { Lags = llama.Lags(order.Tokens!, order.Count) },
        var other => new() { Error = $"Nobody knows the order '{other}'." },
    };

    private static EngineReply Write(string file, float[] logits)
    {
        using var stream = File.Create(file);
        stream.Write(MemoryMarshal.AsBytes(logits.AsSpan()));
        return new();
    }

    private static void Reply(EngineReply reply) => Console.WriteLine(JsonSerializer.Serialize(reply));
}
