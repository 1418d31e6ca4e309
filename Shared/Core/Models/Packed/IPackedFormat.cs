namespace Rill.Models.Packed;

/// <summary>A way in which checkpoints pack weights.</summary>
internal interface IPackedFormat
{
    /// <summary>The tensors that the files hold in packed form. Their parts' sizes are checked, their bytes are not read.</summary>
    /// <exception cref="ModelFormatException">A part is missing, or its shape or type does not fit the others'.</exception>
    IEnumerable<PackedTensor> Find(PackedFiles files);

    /// <summary>True for a tensor that only packed computation needs, such as the scale of a layer's input: it is hidden and not used.</summary>
    bool Ignores(string name) => false;
}
