using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Kernels;

/// <summary>
/// The PTX that ILGPU makes of our kernels, as far as text tells: what the driver is given must take the arguments that are queued, and
/// name nothing that is not there.
/// </summary>
public sealed partial class PtxCompilerTests
{
    private const int Threads = 256;

    private static readonly PtxCompiler s_compiler = new();    // takes a second to make

    public static TheoryData<string, string, string> Kernels()
    {
        var kernels = new TheoryData<string, string, string>();
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
        {
            var element = ElementKernels.Of(type).Name;
            kernels.Add(nameof(NormKernel), nameof(NormKernel.AddNorm), $"{element} {element}");
            kernels.Add(nameof(NormKernel), nameof(NormKernel.AddNorm), $"{element} {nameof(Float32Element)}");
            kernels.Add(nameof(GateKernel), nameof(GateKernel.Gate), element);
            kernels.Add(nameof(RotaryKernel), nameof(RotaryKernel.RotateAndWrite), element);
            foreach (var blocks in (string[])[nameof(Q8PanelBlocks), nameof(Q4PanelBlocks)])
            {
                kernels.Add(nameof(PanelKernel), nameof(PanelKernel.Multiply), $"{element} {blocks} {nameof(OneRow)}");
                kernels.Add(nameof(PanelKernel), nameof(PanelKernel.Multiply), $"{element} {blocks} {nameof(FourRows)}");
                kernels.Add(nameof(PanelKernel), nameof(PanelKernel.Dequantize), $"{element} {blocks}");
                kernels.Add(nameof(PanelKernel), nameof(PanelKernel.Gather), $"{element} {blocks}");
            }
        }

        kernels.Add(nameof(HighestKernel), nameof(HighestKernel.Find), "");
        return kernels;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compile_EveryKernel_TakesItsArgumentsAsTheyAreQueued(string kernels, string name, string types)
    {
        var method = Method(kernels, name, types);
        var (text, entry) = s_compiler.Compile(method, Threads);

        var signature = Regex.Match(text, $@"\.visible \.entry {Regex.Escape(entry)}\(\s*(?<parameters>[^)]*)\)\s*\.maxntid {Threads}, 1, 1");
        Assert.True(signature.Success, text);
        var actual = signature.Groups["parameters"].Value.Split(',').Select(parameter => ParameterName().Replace(parameter.Trim(), "NAME"));
        Assert.Equal(method.GetParameters().Select(Declaration), actual);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compile_EveryKernel_NamesNothingThatIsNotThere(string kernels, string name, string types)
    {
        var (text, _) = s_compiler.Compile(Method(kernels, name, types), Threads);

        Assert.Contains(".version 6.3", text, StringComparison.Ordinal);
        Assert.Contains(".target sm_75", text, StringComparison.Ordinal);
        Assert.DoesNotContain(".extern", text, StringComparison.Ordinal);
        Assert.DoesNotContain("call", text, StringComparison.Ordinal);
        var labels = Label().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.All(Branch().Matches(text), match => Assert.Contains(match.Groups[1].Value, labels));
        var declared = Declared().Matches(text).ToDictionary(match => match.Groups[1].Value, match => Number(match.Groups[2].Value));
        Assert.All(Register().Matches(text), match => Assert.InRange(Number(match.Groups[2].Value), 0, declared[match.Groups[1].Value] - 1));
    }

    [Fact]
    public void Compile_PanelsOfFourOutputs_AreReadSixteenBytesAtOnce()
    {
        var method = Method(nameof(PanelKernel), nameof(PanelKernel.Multiply), "BFloat16Element Q4PanelBlocks OneRow");
        var (text, _) = s_compiler.Compile(method, Threads);

        Assert.Contains("ld.global.v4.b32", text, StringComparison.Ordinal);    // codes
        Assert.Contains("ld.global.v2.b32", text, StringComparison.Ordinal);    // scales
        Assert.Contains("ld.global.v4.b16", text, StringComparison.Ordinal);    // inputs
    }

    [Fact]
    public void Compile_WhatIsNoKernel_SaysSo()
    {
        var failure = Assert.Throws<KernelException>(() => s_compiler.Compile(((Action<string>)Console.WriteLine).Method, Threads));

        Assert.Contains("ILGPU does not translate WriteLine", failure.Message, StringComparison.Ordinal);
    }

    private static MethodInfo Method(string kernels, string name, string types)
    {
        var assembly = typeof(NormKernel).Assembly;
        var room = typeof(NormKernel).Namespace;
        var method = assembly.GetType($"{room}.{kernels}")!.GetMethod(name)!;
        return types.Length == 0 ? method : method.MakeGenericMethod([.. types.Split(' ').Select(type => assembly.GetType($"{room}.{type}")!)]);
    }

    private static string Declaration(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(int) ? ".param .b32 NAME"
        : parameter.ParameterType == typeof(long) ? ".param .b64 NAME"
        : parameter.ParameterType == typeof(float) ? ".param .f32 NAME"
        : ".param .align 8 .b8 NAME[16]";

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"_\w+")]
    private static partial Regex ParameterName();

    [GeneratedRegex(@"^\s*(L_\d+):", RegexOptions.Multiline)]
    private static partial Regex Label();

    [GeneratedRegex(@"\bbra(?:\.uni)?\s+(\w+);")]
    private static partial Regex Branch();

    [GeneratedRegex(@"\.reg\s+\.\w+\s+(%[a-z]+)<(\d+)>;")]
    private static partial Regex Declared();

    [GeneratedRegex(@"(%(?:p|rs|r|rd|f|fd|h))(\d+)\b")]
    private static partial Regex Register();
}
