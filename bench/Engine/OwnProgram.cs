using System.Diagnostics;

namespace Rill.Bench.Engine;

/// <summary>Starts this program once more: through <c>dotnet</c>, or the published program itself, which brings its runtime along.</summary>
internal static class OwnProgram
{
    /// <summary>How to start it; its standard output is read.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="input">Whether its standard input is written.</param>
    public static ProcessStartInfo Start(string[] arguments, bool input) => Start(typeof(OwnProgram).Assembly.Location, arguments, input);

    /// <summary>The same of the program of any assembly.</summary>
    internal static ProcessStartInfo Start(string assembly, string[] arguments, bool input)
    {
        // A published program has a file of its name beside its assembly, and the runtime too.
        var program = Path.ChangeExtension(assembly, null);
        var isPublished = File.Exists(program) && File.Exists(Path.Combine(Path.GetDirectoryName(program)!, "libhostpolicy.so"));
        return new ProcessStartInfo(isPublished ? program : "dotnet", isPublished ? arguments : [assembly, .. arguments])
        {
            RedirectStandardInput = input,
            RedirectStandardOutput = true,
        };
    }
}
