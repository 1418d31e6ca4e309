using Mono.Cecil;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Sampling;

namespace Rill.Torch.Tests.Architecture;

/// <summary>
/// Where the GPU's code may copy between host and device, and so wait for what is queued: everything else that a step needs goes through
/// StepUpload, which waits for nothing.
/// </summary>
public sealed class WaitsOfAStepTests
{
    // On a GPU each of these waits, or copies from memory that is not page-locked, which waits as well.
    private static readonly HashSet<string> s_waiting =
    [
        "tensor", "as_tensor", "from_array", "frombuffer", "cpu", "cuda", "item", "pin_memory", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean", "nonzero",
    ];

    // By type and operation: why they may.
    private static readonly HashSet<(string Type, string Operation)> s_allowed =
    [
        ("DeviceWeights", "cpu"),             // at load
        ("FlashProbe", "ToSingle"),           // at load
        ("GpuRotary", "tensor"),              // at load
        ("KernelProbe", "tensor"),            // at load
        ("KernelProbe", "ToBoolean"),         // at load
        ("PanelProbe", "tensor"),             // at load
        ("PanelProbe", "ToBoolean"),          // at load
        ("StepGraphs", "ToSingle"),           // when a shape is captured
        ("StepUpload`1", "pin_memory"),       // when it takes its memory
        ("GpuExperts", "cpu"),                // a prompt's rows by expert
        ("GpuSampler", "cpu"),                // what the step is for: its one wait
        ("Sampler", "cpu"),                   // on the host
        ("Pooling", "cpu"),                   // on the host
    ];

    [Fact]
    public void GpuAndSampling_BlockingCopies_AreWhereTheyMayBe()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(GpuDecoder).Assembly.Location);
        var calls = assembly.MainModule.Types.Where(IsOfASteps).SelectMany(Calls).Distinct().ToList();

        Assert.Contains(("GpuSampler", "cpu"), calls);    // the search does find them
        Assert.Empty(calls.Except(s_allowed));
    }

    private static bool IsOfASteps(TypeDefinition type) =>
        type.Namespace.StartsWith("Rill.Torch.Gpu", StringComparison.Ordinal) || type.Namespace == typeof(Sampler).Namespace;

    private static IEnumerable<(string Type, string Operation)> Calls(TypeDefinition type) => Nested(type)
        .SelectMany(nested => nested.Methods)
        .Where(method => method.HasBody)
        .SelectMany(method => method.Body.Instructions)
        .Select(instruction => instruction.Operand)
        .OfType<MethodReference>()
        .Where(called => called.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal) && s_waiting.Contains(called.Name))
        .Select(called => (type.Name, called.Name));

    private static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.SelectMany(Nested).Prepend(type);
}
