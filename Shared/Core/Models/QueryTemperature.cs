namespace Rill.Models;

/// <summary>Queries grow with their position p: they are multiplied with 1 + Scale * ln(1 + floor((p + Offset) / Floor)).</summary>
/// <param name="Scale">By how much.</param>
/// <param name="Floor">Positions after which the next step begins.</param>
/// <param name="Offset">Added to the position.</param>
public sealed record QueryTemperature(double Scale, int Floor, int Offset)
{
    /// <summary>The factor at a position.</summary>
    public float At(int position) => (float)(1 + (Scale * Math.Log(1 + ((position + Offset) / Floor))));
}
