namespace Rill.Torch;

/// <summary>The types' names in settings.</summary>
public static class TorchDataTypes
{
    /// <summary>The type of a name; <see cref="TorchDataType.Auto"/> for <c>auto</c> and for one that is not known.</summary>
    public static TorchDataType Named(string name) => name switch
    {
        "bf16" => TorchDataType.BFloat16,
        "f16" => TorchDataType.Float16,
        "f32" => TorchDataType.Float32,
        "q8" => TorchDataType.Q8,
        "q4" => TorchDataType.Q4,
        _ => TorchDataType.Auto,
    };
}
