namespace Rill.Models.Architectures.PerLayer;

/// <summary>The inverse of the standard normal distribution's cumulative function.</summary>
internal static class NormalQuantile
{
    private const int MostSteps = 100;
    private const double Most = 8;    // beyond it the cumulative function is 1 in double precision

    /// <summary>The x with the given share of the distribution below it, from -8 to 8.</summary>
    /// <param name="share">Within (0, 1).</param>
    public static double Of(double share)
    {
        if (share < 0.5)
        {
            return -Of(1 - share);
        }

        // Newton's method: from 0 on the cumulative function is concave, so that each step stays before the root.
        var x = 0.0;
        for (var i = 0; i < MostSteps && x < Most; i++)
        {
            var density = Density(x);
            var step = (share - 0.5 - (density * Ratio(x))) / density;
            x += step;
            if (step < 1e-12)
            {
                break;
            }
        }

        return Math.Min(x, Most);
    }

    /// <summary>The share of the distribution below x: 1 in double precision from some 8 on.</summary>
    /// <param name="x">From 0 on.</param>
    public static double ShareBelow(double x) => x < Most ? 0.5 + (Density(x) * Ratio(x)) : 1;

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>What lies between 0 and x, divided by the density at x: the sum of x^(2k+1) / (1 * 3 * ... * (2k+1)).</summary>
    private static double Ratio(double x)
    {
        var (term, sum) = (x, x);
        for (var odd = 3; term > sum * 1e-17; odd += 2)
        {
            term *= x * x / odd;
            sum += term;
        }

        return sum;
    }
}
