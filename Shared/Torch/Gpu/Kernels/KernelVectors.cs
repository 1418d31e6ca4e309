using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Four f32.</summary>
internal readonly struct Four(float a, float b, float c, float d)
{
    public readonly float A = a;
    public readonly float B = b;
    public readonly float C = c;
    public readonly float D = d;

    public static Four operator +(Four left, Four right) => new(left.A + right.A, left.B + right.B, left.C + right.C, left.D + right.D);

    /// <summary>The sums over the lanes of a warp that read the same outputs: four lie between one and the next.</summary>
    public Four OverLanes() => new(KernelVectors.OverLanes(A), KernelVectors.OverLanes(B), KernelVectors.OverLanes(C), KernelVectors.OverLanes(D));
}

/// <summary>Eight f32.</summary>
internal readonly struct Eight(float a, float b, float c, float d, float e, float f, float g, float h)
{
    public readonly float A = a;
    public readonly float B = b;
    public readonly float C = c;
    public readonly float D = d;
    public readonly float E = e;
    public readonly float F = f;
    public readonly float G = g;
    public readonly float H = h;

    /// <summary>The sum of the products.</summary>
    public float Dot(Eight other) =>
        (A * other.A) + (B * other.B) + (C * other.C) + (D * other.D) + (E * other.E) + (F * other.F) + (G * other.G) + (H * other.H);
}

/// <summary>What the vectors are made from and reduced by.</summary>
internal static class KernelVectors
{
    /// <summary>Four elements, and the four that begin sixteen elements further on.</summary>
    /// <param name="source">A tensor's elements by fours.</param>
    /// <param name="at">The first four.</param>
    public static Eight Load<T>(ArrayView<Quad<T>> source, long at) where T : unmanaged, IKernelElement<T>
    {
        var (near, far) = (source[at], source[at + 4]);
        return new(near.A.Value, near.B.Value, near.C.Value, near.D.Value, far.A.Value, far.B.Value, far.C.Value, far.D.Value);
    }

    /// <summary>See <see cref="Four.OverLanes"/>.</summary>
    public static float OverLanes(float value)
    {
        value += Warp.ShuffleXor(value, 4);
        value += Warp.ShuffleXor(value, 8);
        return value + Warp.ShuffleXor(value, 16);
    }
}
