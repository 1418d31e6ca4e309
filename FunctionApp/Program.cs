using Rill;
using Rill.FunctionApp;
using Rill.FunctionApp.Hosting;
using Rill.FunctionApp.Loading;
using Rill.Serving;
using Rill.Torch;
using Rill.Torch.Native;

return await RillApp.RunAsync(args, new ModelLoader(LoadLibraries, LoadTorch));

static void LoadLibraries(RillOptions options) => NativeTorch.Load(NativeTorchPlace.Of(options.LibTorch, options.TorchSharpNative));

static (IModelRunner Runner, string Fingerprint, string Precision) LoadTorch(ModelFiles files, RillSettings settings, ModelLoad load)
{
    var options = settings.Options;
    if (NativeTorch.OtherLibTorch is { } libTorch)
    {
        load.Note($"Computing with {libTorch}.");
    }

    var runner = TorchModelRunnerFactory.Load(files, new TorchRunnerOptions
    {
        Device = options.Device,
        DataType = TorchDataTypes.Named(options.Dtype),
        KeyValueType = TorchDataTypes.Named(options.KvDtype),
        SlotCount = settings.Engine.MaxSequences,
        StepTokens = settings.Engine.TokenBudget,
        ContextLength = options.ContextLength,
        KeyValueMemoryMiB = options.KvCacheMiB,
        Threads = options.Threads,
        PackWeights = options.PackWeights,
        QuantizedCache = options.QuantizedCache,
        Quantizing = load.NoteQuantizing,
        CudaGraphs = options.CudaGraphs != "off",
        Overlap = options.Overlap != "off",
        Report = load.Note,
        Inform = load.Note,
    });
    return (runner, runner.Fingerprint, runner.Precision);
}
