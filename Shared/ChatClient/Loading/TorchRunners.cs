using Rill.Serving;
using Rill.Torch;
using Rill.Torch.Native;

namespace Rill.ChatClient.Loading;

/// <summary>Makes what computes a model: here the options meet TorchSharp.</summary>
internal static class TorchRunners
{
    /// <summary>Loads the native libraries, once in a process.</summary>
    /// <exception cref="DllNotFoundException">One is missing, does not fit or does not load.</exception>
    public static void LoadLibrary(RillChatClientOptions options) =>
        NativeTorch.Load(NativeTorchPlace.Of(options.LibTorch, options.TorchSharpNative));

    /// <summary>Loads a model and runs it once.</summary>
    public static (IModelRunner Runner, string Fingerprint, string Precision) Make(ModelFiles files, RillChatClientOptions options, LoadWatch watch)
    {
        var runner = TorchModelRunnerFactory.Load(files, new TorchRunnerOptions
        {
            Device = options.Device,
            DataType = TorchDataTypes.Named(options.Dtype),
            KeyValueType = TorchDataTypes.Named(options.KvDtype),
            SlotCount = options.Engine.MaxSequences,
            StepTokens = options.Engine.TokenBudget,
            ContextLength = options.ContextLength,
            KeyValueMemoryMiB = options.KvCacheMiB,
            Threads = options.Threads,
            PackWeights = options.PackWeights,
            QuantizedCache = options.QuantizedCache,
            Quantizing = watch.NoteQuantizing,
            CudaGraphs = options.CudaGraphs != "off",
            Overlap = options.Overlap != "off",
            Report = watch.Note,
            Inform = watch.Note,
        });
        return (runner, runner.Fingerprint, runner.Precision);
    }
}
