namespace Rill.Models;

/// <summary>Says why a model that was loaded gives no tokens.</summary>
public static class WeightCheck
{
    /// <summary>Reads all weights, which takes as long as a load: for a model that cannot serve anyway.</summary>
    /// <returns>One sentence that names the file.</returns>
    public static string DescribeFault(ModelFiles files)
    {
        using var weights = ModelWeights.Open(files);
        return weights.FirstNotFinite() is var (file, tensor)
            ? $"{files.Describe(file)}: {tensor} holds values that are not finite numbers; publish or fetch the weights anew."
            : $"{files.Describe(weights.FileNames[0])}: the model's logits are not numbers, though its weights are; choose another Rill__Dtype, or other weights.";
    }
}
