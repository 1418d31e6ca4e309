using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Small random models, written as their families publish them: each has the tensors that its config.json describes, and no other.</summary>
public sealed class PublishedArchitecturesTests
{
    public static TheoryData<string> Folders => [.. Vectors.Folders("architectures")];

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public void Check_OfAPublishedModel_FindsEveryTensorInItsShape(string name)
    {
        var files = ModelFiles.InDirectory(Vectors.Path("architectures", name));
        var config = ModelConfig.Load(files);
        var architecture = config.Texts("architectures")![0];
        if (!ArchitectureRegistry.Names.Contains(architecture))
        {
            Assert.Contains(
                $"{architecture} is not supported", Assert.Throws<ModelFormatException>(() => ArchitectureRegistry.Read(config)).Message,
                StringComparison.Ordinal);
            return;
        }

        var spec = ArchitectureRegistry.Read(config);
        using var weights = ModelWeights.Open(files, spec);

        DecoderTensors.Check(spec, weights);
        Assert.All(DecoderTensors.Of(spec), tensor => weights.Get(tensor.Name, tensor.Shape));
        Assert.Equal(architecture, spec.Architecture);
        Assert.Equal(spec.LayerCount, spec.Rotaries.Count);
        Assert.Equal(spec.LayerCount, spec.AttentionWindows.Count);
        Assert.All(
            (IReadOnlyList<int>)
            [
                spec.Experts.Count, spec.AttentionChunks.Count, spec.QueryTemperatures.Count, spec.HeadDims.Count, spec.KeyValueHeadCounts.Count,
                spec.KeyValueSources.Count, spec.ValuesFromKeyProjection.Count, spec.FeedForwardSizes.Count, spec.GateCutoffs.Count,
            ],
            count => Assert.True(count == 0 || count == spec.LayerCount));
    }
}
