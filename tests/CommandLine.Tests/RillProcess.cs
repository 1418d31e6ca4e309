using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Rill.CommandLine.Tests;

/// <summary>What a finished process has left.</summary>
internal sealed record RillResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>The output as text.</summary>
    public string Text => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Output);

    /// <summary>The output's lines.</summary>
    public string[] Lines => Text.TrimEnd('\n').Split('\n');
}

/// <summary>Starts the built program through real pipes.</summary>
internal static class RillProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(240);

    /// <summary>The built program.</summary>
    public static string Assembly { get; } = Path.GetFullPath(typeof(RillProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Rill").Value!);

    /// <summary>The default model's directory.</summary>
    public static string Model { get; } = Path.Combine(Vectors.RepositoryRoot(), "models", "rill-mini");

    /// <summary>Runs the program over an input.</summary>
    public static Task<RillResult> RunAsync(string input, params string[] arguments) => RunAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs the program over an input.</summary>
    public static async Task<RillResult> RunAsync(byte[] input, params string[] arguments)
    {
        using var process = Start(arguments);
        return await FinishAsync(process, input);
    }

    /// <summary>Starts the program; its three streams are pipes.</summary>
    public static Process Start(params string[] arguments) => Start("dotnet", [Assembly, .. arguments], []);

    /// <summary>Starts any program at the repository's root, with variables added to its environment.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Vectors.RepositoryRoot(),
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start.WithInterrupts())!;
    }

    /// <summary>Writes a program for a shell.</summary>
    public static void WriteScript(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Gives a process its input and waits for its end; ends it, with its children, when it takes too long.</summary>
    /// <exception cref="TimeoutException">It took too long; the message holds what it said.</exception>
    public static async Task<RillResult> FinishAsync(Process process, byte[] input)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var streams = Task.WhenAll(
            WriteAsync(process, input), process.StandardOutput.BaseStream.CopyToAsync(output), process.StandardError.BaseStream.CopyToAsync(error));
        await process.EndsAsync(s_patience, () => TextOf(output) + TextOf(error), streams);
        return new(process.ExitCode, output.ToArray(), TextOf(error));
    }

    private static async Task WriteAsync(Process process, byte[] input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A process that refuses its command line ends without reading.
        }
    }

    private static string TextOf(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());
}
