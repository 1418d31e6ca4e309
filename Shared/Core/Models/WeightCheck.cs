namespace Rill.Models;

/// <summary>Says why a model that was loaded gives no tokens.</summary>
public static class WeightCheck
{
    /// <summary>Reads all weights, which takes as long as a load: for a model that cannot serve anyway.</summary>
    /// <returns>One sentence that names the file.</returns>
    public static string DescribeFault(ModelFiles files)
    {
        using var weights = TryOpen(files);
        if (weights is null)
        {
            return $"{files.Name}: the model's logits are not numbers; choose another Rill__Dtype, or publish or fetch the weights anew.";
        }

        return weights.FirstNotFinite() is var (file, tensor)
            ? $"{files.Describe(file)}: {tensor} holds values that are not finite numbers; publish or fetch the weights anew."
            : $"{files.Describe(weights.FileNames[0])}: the model's logits are not numbers, though its weights are; choose another Rill__Dtype, or other weights.";
    }

    /// <summary>The weights; null where a load from a store has given their memory back already.</summary>
    private static ModelWeights? TryOpen(ModelFiles files)
    {
        try
        {
            return ModelWeights.Open(files);
        }
        catch (ModelFileException)
        {
            return null;
        }
    }
}
