using Rill.Models;
using Rill.Serving;
using Rill.Torch.Native;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using Rill.Torch.Tests.Native;

namespace Rill.Torch.Tests.Cache;

public sealed class KeyValueMemoryTests
{
    private const int MiB = 1024 * 1024;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void Release_TouchedMemory_GoesBackToTheSystemAndReadsZero(bool hugePages)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Giving memory back is done on Linux only.");
        using var memory = new VirtualMemory(1024L * 1024 * MiB);    // a terabyte of addresses costs nothing
        if (hugePages)
        {
            memory.AskForHugePages(8192, 128 * MiB);
        }

        new Span<byte>(memory.Start, 64 * MiB).Fill(1);
        Assert.InRange(Resident(memory), 60L * MiB, 90L * MiB);

        memory.Release(0, 64 * MiB);

        Assert.InRange(Resident(memory), 0, 20L * MiB);
        Assert.Equal(0, memory.Start[MiB]);

        static long Resident(VirtualMemory memory) => ResidentMappings.Bytes(memory.Start, 128 * MiB);
    }

    [SkippableFact]
    public void Execute_ReleasedSlotAndBlocks_GiveTheirMemoryBack()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Giving memory back is done on Linux only.");
        using var model = new TinyModel(changes: """{"num_hidden_layers":2,"num_key_value_heads":6,"head_dim":256,"max_position_embeddings":2048}""");
        using var runner = RunnerDriver.Load(model, slots: 2);

        // The process holds other memory, which comes and goes meanwhile: the middle one of several rounds is the cache's own.
        var rounds = Enumerable.Range(0, 5).Select(_ => FillAndRelease(runner)).ToList();

        // 1024 tokens x 2 layers x (key, value) x 6 heads x 256 x 4 bytes = 24 MiB; half of them are cached
        Assert.InRange(rounds.Select(round => round.Slot).Order().ElementAt(2), 22L * MiB, 28L * MiB);
        Assert.InRange(rounds.Select(round => round.Blocks).Order().ElementAt(2), 10L * MiB, 16L * MiB);
    }

    [SkippableFact]
    public void Execute_ThousandsOfSteps_KeepMemoryFlat()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Resident memory is read from /proc.");
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        Serve(runner, 2000);    // until the code is compiled and the heaps have their size

        // The collector's heap may grow in any one stretch; a leak grows in all of them.
        var growth = Enumerable.Range(0, 4).Select(_ =>
        {
            var before = ResidentBytes();
            Serve(runner, 2000);
            return ResidentBytes() - before;
        }).Min();

        Assert.InRange(growth, long.MinValue, MiB);    // half a KiB a step
    }

    [Fact]
    public void Load_BudgetTooSmallForOneSequence_SaysHowMuchIsNeeded()
    {
        using var model = new TinyModel(changes: """{"max_position_embeddings":65536}""");

        var error = Assert.Throws<ModelFormatException>(() => TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions { KeyValueMemoryMiB = 1 }));

        // 65536 tokens x 3 layers x 2 x 16 x 4 bytes
        Assert.Contains("takes 24 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Budget_BecomesBlocks()
    {
        using var model = new TinyModel();
        using var runner = TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions { KeyValueMemoryMiB = 1, SlotCount = 64, BlockSize = 16, DataType = TorchDataType.Float32, ContextLength = 100 });

        // a block of 16 tokens x 3 layers x 2 x 16 x 4 bytes = 6144
        Assert.Equal(new ModelLimits(131, 100, 64, 16, MiB / 6144) { TakesDrafts = true }, runner.Limits);
    }

    [Fact]
    public void Load_DeviceThatTellsItsFreeMemory_SharesOutWhatTheLargestStepLeft()
    {
        using var model = new TinyModel();
        using var device = new ReplayingDevice { Free = 700 * 1024 };
        using var runner = RunnerDriver.LoadTensors(model, options => options with
        {
            StepDevice = device, SlotCount = 4, BlockSize = 16, ContextLength = 256, KeyValueMemoryMiB = null,
        });

        // a block is 6144 bytes; four slots and the blocks lose a page each, and no more than 128 blocks make sense
        Assert.Equal((int)((0.93 * 700 * 1024) - (5 * Environment.SystemPageSize)) / 6144, runner.Limits.BlockCount);
        Assert.InRange(runner.Limits.BlockCount, 17, 127);
    }

    [Fact]
    public void Load_WeightsLargerThanTheDevice_IsRefusedInOneSentence()
    {
        using var model = new TinyModel();
        using var device = new ReplayingDevice { Free = 10 };

        var error = Assert.Throws<ModelFormatException>(() => RunnerDriver.LoadTensors(model, options => options with { StepDevice = device }));

        Assert.Equal("The weights take 0 MiB, and stand-in has 0 MiB free; serve the model on a larger GPU, or choose a smaller one.", error.Message);
    }

    [Fact]
    public void Load_KeysAndValuesInEightBits_GivesMoreBlocks()
    {
        using var model = new TinyModel();
        using var runner = TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions { KeyValueMemoryMiB = 1, SlotCount = 64, BlockSize = 16, KeyValueType = TorchDataType.Q8, ContextLength = 100 });

        // a block of 16 tokens x 3 layers x 2 x 2 heads x (8 bytes and a scale of 4)
        Assert.Equal(MiB / (16 * 3 * 2 * 2 * 12), runner.Limits.BlockCount);
    }

    [Fact]
    public void Load_KeysAndValuesInFourBits_IsRefused()
    {
        using var model = new TinyModel();

        var error = Assert.Throws<ModelFormatException>(() => RunnerDriver.Load(model, keyValueType: TorchDataType.Q4));

        Assert.Equal("Keys and values cannot be kept in Q4: choose auto, f32, bf16 or q8 (Rill__KvDtype).", error.Message);
    }

    /// <summary>Short requests one after the other in four slots, prompts and single tokens mixed.</summary>
    private static void Serve(TorchModelRunner runner, int steps)
    {
        var sequences = new Sequence?[4];
        for (var step = 0; step < steps; step++)
        {
            List<int> released = [];
            for (var slot = 0; slot < sequences.Length; slot++)
            {
                if (sequences[slot] is null || sequences[slot]!.Length > 30 + (5 * slot))
                {
                    released.Add(slot);
                    sequences[slot] = RunnerDriver.NewSequence(slot, RunnerDriver.Prompt(3 + slot), new SamplingParameters { Seed = step, TopP = 0.9f, TopLogprobs = 3 });
                }
            }

            var batch = new StepBatch { Released = released, Steps = [.. sequences.Select(sequence => new SequenceStep(sequence!, sequence!.ComputedTokens, sequence.PendingTokens))] };
            foreach (var sampled in runner.Execute(batch))
            {
                sampled.Sequence.ComputedTokens = sampled.Sequence.Length;
                sampled.Sequence.Append(sampled.TokenId);
            }
        }
    }

    /// <summary>What the release of a slot, and then that of its cached blocks, gives back.</summary>
    private static (long Slot, long Blocks) FillAndRelease(TorchModelRunner runner)
    {
        RunnerDriver.Run(runner, RunnerDriver.NewSequence(1, RunnerDriver.Prompt(1024)), 512, 512);
        runner.Execute(new StepBatch { Steps = [], Saves = [.. Enumerable.Range(0, 128).Select(block => new BlockCopy(1, 4 * block, block))] });
        var full = ResidentBytes();
        runner.Execute(new StepBatch { Steps = [], Released = [1] });
        var withoutSlot = ResidentBytes();
        runner.Execute(new StepBatch { Steps = [], ReleasedBlocks = [.. Enumerable.Range(0, 128)] });
        return (full - withoutSlot, withoutSlot - ResidentBytes());
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
