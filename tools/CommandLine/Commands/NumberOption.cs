using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Rill.CommandLine.Commands;

/// <summary>Options that are numbers within a range, or lists of them.</summary>
internal static class NumberOption
{
    /// <summary>An option for one number; null if absent.</summary>
    public static Option<double?> New(string name, string description, double least, double most, string helpName = "N", bool whole = false) => new(name)
    {
        Description = description, HelpName = helpName,
        CustomParser = result => Read(result, result.Tokens[0].Value, name, least, most, whole),
    };

    /// <summary>An option for one whole number.</summary>
    public static Option<int> New(string name, string description, int least, int most, int defaultValue) => new(name)
    {
        Description = description, HelpName = "N", DefaultValueFactory = _ => defaultValue,
        CustomParser = result => (int)(Read(result, result.Tokens[0].Value, name, least, most, whole: true) ?? 0),
    };

    /// <summary>An option for a list with commas; empty if absent.</summary>
    public static Option<double[]?> NewList(string name, string description, double least, double most, bool whole) => new(name)
    {
        Description = description, HelpName = "N,N",
        CustomParser = result => [.. result.Tokens[0].Value.Split(',').Select(text => Read(result, text, name, least, most, whole) ?? 0)],
    };

    private static double? Read(ArgumentResult result, string text, string name, double least, double most, bool whole = false)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most && (!whole || number == Math.Floor(number)))
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must lie in [{least}, {most}]{(whole ? " and be a whole number" : "")}."));
        return null;
    }
}
