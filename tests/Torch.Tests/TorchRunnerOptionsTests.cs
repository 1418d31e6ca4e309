using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests;

public sealed class TorchRunnerOptionsTests
{
    [Theory]
    [InlineData(null, DeviceType.CPU, 512)]
    [InlineData(null, DeviceType.CUDA, 4096)]
    [InlineData(100, DeviceType.CPU, 100)]
    [InlineData(100, DeviceType.CUDA, 100)]
    public void StepTokensOn_Device_IsTheSettingOrWhatSuitsTheDevice(int? setting, DeviceType device, int expected) =>
        Assert.Equal(expected, new TorchRunnerOptions { StepTokens = setting }.StepTokensOn(device));

    [Fact]
    public void Load_StepTokens_AreTheRunnersBudget()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.LoadTensors(model, options => options with { StepTokens = 77 });

        Assert.Equal(77, runner.Limits.TokenBudget);
    }
}
