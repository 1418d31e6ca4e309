namespace Rill.Models.Packed;

/// <summary>
/// gpt-oss's MXFP4 (transformers, integrations/mxfp4): the experts' matrices as X_blocks [experts, outputs, inputs / 32, 16] and X_scales
/// [experts, outputs, inputs / 32]. Rows of gate_up_proj alternate between gate and up. Each expert's matrices are shown by themselves, as
/// experts.E.gate_proj.weight, up_proj and down_proj, so that one is unpacked at a time.
/// </summary>
internal sealed class GptOssFormat : IPackedFormat
{
    private const int Group = 32;
    private const int MostExperts = 1 << 16;
    private const string GateUp = "gate_up_proj";

    public IEnumerable<PackedTensor> Find(PackedFiles files) =>
        files.EndingWith("_blocks").SelectMany(blocks => OfExperts(files, blocks.Module, blocks.Part));

    private static IEnumerable<PackedTensor> OfExperts(PackedFiles files, string name, PackedPart blocks)
    {
        var scales = files.Get(name + "_scales").OfType("U8");
        if (blocks.OfType("U8").Shape is not [var experts, var rows, var groups, Group / 2] || blocks.Count == 0)
        {
            throw blocks.Wrong($"has the shape [{string.Join(", ", blocks.Shape)}], but [experts, outputs, inputs / 32, 16] is expected");
        }

        scales.OfShape(experts, rows, groups);
        var dot = name.LastIndexOf('.') + 1;
        var (folder, isFused) = (name[..dot], name.EndsWith(GateUp, StringComparison.Ordinal));
        (string Name, int First)[] matrices = isFused ? [("gate_proj", 0), ("up_proj", 1)] : [(name[dot..], 0)];
        if (rows % matrices.Length != 0 || experts > MostExperts || groups > (1 << 24) / Group)
        {
            throw blocks.Wrong($"has the shape [{string.Join(", ", blocks.Shape)}], which no experts have");
        }

        return
            from expert in Enumerable.Range(0, (int)experts)
            from matrix in matrices
            select new PackedTensor(
                $"{folder}{expert}.{matrix.Name}.weight", "MXFP4", [rows / matrices.Length, groups * Group], [blocks, scales],
                (row, target) => Fp4Matrix.UnpackRow(blocks, scales, (expert * rows) + (row * matrices.Length) + matrix.First, Group, target))
            {
                LargestMultiple = Fp4Matrix.LargestMultiple,
            };
    }
}
