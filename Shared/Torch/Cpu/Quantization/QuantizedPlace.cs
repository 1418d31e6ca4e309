using System.Security.Cryptography;
using System.Text;
using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>Where a model's quantized weights are kept, and what tells them from those of other weights.</summary>
internal static class QuantizedPlace
{
    /// <summary>The setting for: beside the model, where it lies in a directory.</summary>
    public const string Auto = "auto";

    /// <summary>The setting for: nowhere.</summary>
    public const string Off = "off";

    /// <summary>The file's path; null when they are not to be kept.</summary>
    /// <param name="files">The model.</param>
    /// <param name="format">The format.</param>
    /// <param name="setting"><see cref="Auto"/>, <see cref="Off"/> or a folder, which models may share.</param>
    public static string? Of(ModelFiles files, QuantizedFormat format, string setting)
    {
        var extension = format == QuantizedFormat.Q8 ? "rill-q8" : "rill-q4";
        return setting switch
        {
            Off => null,
            Auto => files.LocalDirectory is { } directory ? Path.Combine(directory, $"model.{extension}") : null,
            _ => Path.Combine(Path.GetFullPath(setting), $"{files.Name}-{IdOf(files.Describe(ModelFileNames.Config))}.{extension}"),
        };
    }

    /// <summary>SHA-256 over what changes with a model's weights: the config, the files' stamps, and a sample of each tensor.</summary>
    /// <param name="files">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="sample">Their <see cref="ModelWeights.Hash"/>.</param>
    public static byte[] SourceOf(ModelFiles files, ModelWeights weights, byte[] sample)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(sample);
        foreach (var name in weights.FileNames)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{files.Stamp(name)}\n"));
        }

        hash.AppendData(files.Read(ModelFileNames.Config).Span);
        return hash.GetHashAndReset();
    }

    /// <summary>Tells models of one name apart.</summary>
    private static string IdOf(string place) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)).AsSpan(0, 8));
}
