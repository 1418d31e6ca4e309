using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Computes a step that has prompts in it, as it comes: prompts and single tokens go through the model together, so that its weights are
/// read once. What the step needs of numbers goes to the device in one copy before.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="passes">Makes passes.</param>
/// <param name="upload">The inputs' way; nobody else's.</param>
/// <param name="last">The tokens that the host has not read yet.</param>
internal sealed class MixedPass(GpuModel model, PassFactory passes, StepUpload<long> upload, LastTokens last)
{
    /// <summary>
    /// Logits of the rows whose are wanted, f32 [rows, vocabulary], hidden states of those that pool, f32 [pooling rows, hidden], and the slots of
    /// the former, int64 [rows]; null where there are none. The caller's scope owns them.
    /// </summary>
    public (Tensor? Logits, Tensor? Hidden, Tensor? Slots) Forward(PassSplit split)
    {
        upload.Begin();
        var inputs = InputStaging.Add(upload, split.Rows, split.Rows.Length);
        var (wanted, pooling) = (upload.Add(split.Logits), upload.Add(split.Pooling));
        var attention = passes.Stage(split, upload);
        upload.Send();
        var rows = InputStaging.Rows(upload, inputs);
        last.Fill(split.Rows, rows);
        var hidden = model.Forward(passes.OfRows(rows, split, attention));
        return (
            split.Logits.Length == 0 ? null : model.Logits(hidden.index_select(0, upload[wanted])),
            split.Pooling.Length == 0 ? null : model.Normed(hidden.index_select(0, upload[pooling])),
            split.Logits.Length == 0 ? null : rows.select(0, 2).index_select(0, upload[wanted]));
    }
}
