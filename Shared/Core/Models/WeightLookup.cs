namespace Rill.Models;

/// <summary>Finds what a decoder's names are made of among published tensors.</summary>
internal sealed class WeightLookup
{
    private readonly IWeightSource _source;
    private readonly DecoderSpec? _spec;
    private readonly Dictionary<string, int> _fileNumbers;

    /// <param name="source">The published tensors.</param>
    /// <param name="spec">What asks for them; null to see them under their published names.</param>
    public WeightLookup(IWeightSource source, DecoderSpec? spec)
    {
        (_source, _spec, Names) = (source, spec, new(source, spec));
        _fileNumbers = source.FileNames.Index().ToDictionary(file => file.Item, file => file.Index, StringComparer.Ordinal);
    }

    /// <summary>What the source calls tensors.</summary>
    public PublishedNames Names { get; }

    /// <summary>How a tensor is made.</summary>
    public WeightRecipe RecipeOf(string name) => _spec is not null && _spec.Recipes.TryGetValue(name, out var recipe) ? recipe : new(name);

    /// <summary>
    /// Where a tensor's elements begin: the number of the file, the place of the published tensor there, the row. Weights that are read in this
    /// order are read as they lie, and as they arrive.
    /// </summary>
    /// <exception cref="ModelFormatException">The tensor is missing.</exception>
    public (int File, long Begin, long Row) PlaceOf(string name)
    {
        var recipe = RecipeOf(name);
        var (published, tensor) = Find(recipe);
        return (_fileNumbers[tensor.File], tensor.Begin, (RowsOf(recipe, published)?.First ?? 0) + (recipe.Rows?.Offset ?? 0));
    }

    /// <summary>The published tensor of a recipe.</summary>
    /// <exception cref="ModelFormatException">It is missing.</exception>
    public (string Name, PublishedTensor Tensor) Find(WeightRecipe recipe) =>
        Names.Of(recipe.Name) is var published && _source.Tensors.TryGetValue(published, out var tensor)
            ? (published, tensor)
            : throw new ModelFormatException($"The weights lack the tensor {recipe.Name}.");

    /// <summary>How a tensor is made, and of which; its shape is checked.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing, or has another shape.</exception>
    public (WeightRecipe Recipe, string Published) Find(string name, ReadOnlySpan<long> shape)
    {
        var recipe = RecipeOf(name);
        var (published, tensor) = Find(recipe);
        return WeightCut.Fits(tensor.Shape, recipe, shape)
            ? (recipe, published)
            : throw new ModelFormatException(
                $"{tensor.File}: {published} has the shape [{string.Join(", ", tensor.Shape)}], but config.json asks for [{string.Join(", ", shape.ToArray())}].");
    }

    /// <summary>The rows of a recipe's expert; null for the whole tensor.</summary>
    public RowRange? RowsOf(WeightRecipe recipe, string published)
    {
        if (recipe.Expert is not { } expert)
        {
            return null;
        }

        var count = _source.Tensors[published].RowCount / _source.Tensors[published].Shape[0];
        return new(expert * count, count);
    }

    /// <summary>Rows of a matrix as rows of the packed tensor that holds them one after the other; null where none does.</summary>
    public (string Published, RowRange Rows)? PackedRows(string name, RowRange rows, ReadOnlySpan<long> shape)
    {
        if (RecipeOf(name).NextRows.Count > 0)
        {
            return null;
        }

        var (recipe, published) = Find(name, shape);
        var isPart = !recipe.Transposed && recipe.FirstColumn is null && recipe.Rows?.IsContiguous(shape[0]) != false;
        return isPart && _source.Tensors[published].IsPacked
            ? (published, rows with { First = (RowsOf(recipe, published)?.First ?? 0) + (recipe.Rows?.Offset ?? 0) + rows.First })
            : null;
    }
}
