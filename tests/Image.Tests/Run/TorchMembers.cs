using System.Reflection.Metadata;

namespace Rill.Image.Tests.Run;

/// <summary>What an assembly calls of TorchSharp.</summary>
internal static class TorchMembers
{
    /// <summary>Operators of CUDA's linear algebra library, and those that cuDNN computes; attention does without it below Hopper.</summary>
    public static readonly string[] OfRemovedLibraries =
    [
        "linalg", "cholesky", "cholesky_inverse", "cholesky_solve", "det", "eig", "eigh", "inv", "inverse", "ldl_factor", "logdet", "lstsq", "lu", "lu_solve",
        "matrix_exp", "ormqr", "pinverse", "qr", "slogdet", "solve", "svd", "svdvals", "triangular_solve",
        "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "Conv1d", "Conv2d", "Conv3d",
        "batch_norm", "BatchNorm1d", "BatchNorm2d", "ctc_loss", "LSTM", "GRU", "RNN", "grid_sample", "affine_grid",
    ];

    /// <summary>The names of its members and nested types that the assembly refers to.</summary>
    public static IReadOnlySet<string> Of(MetadataReader reader)
    {
        var members = reader.MemberReferences.Select(reader.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference && IsTorchSharp(reader, (TypeReferenceHandle)member.Parent))
            .Select(member => reader.GetString(member.Name));
        var types = reader.TypeReferences.Where(type => IsTorchSharp(reader, type)).Select(type => reader.GetString(reader.GetTypeReference(type).Name));
        return members.Concat(types).ToHashSet();
    }

    // A nested type's scope is the type around it.
    private static bool IsTorchSharp(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind == HandleKind.TypeReference
            ? IsTorchSharp(reader, (TypeReferenceHandle)scope)
            : scope.Kind == HandleKind.AssemblyReference
                && reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == "TorchSharp";
    }
}
