using System.Buffers;
using System.Text;

namespace Rill.CommandLine.Pipes;

/// <summary>Standard input and output as bytes. Output is buffered and must be flushed.</summary>
internal static class StandardStreams
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Standard input.</summary>
    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>Standard output; on Unix it tells of a closed pipe by a <see cref="BrokenPipeException"/>.</summary>
    public static BufferedStream OpenOutput() =>
        new(OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new UnixOutput(), BufferSize);

    /// <summary>Writes a text to standard output at once.</summary>
    /// <exception cref="BrokenPipeException">The reader is gone.</exception>
    public static void WriteText(string text)
    {
        using var output = OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>All of standard input as text.</summary>
    /// <exception cref="FailureException">It is not UTF-8.</exception>
    public static string ReadText(Stream input)
    {
        var bytes = ReadBytes(input);
        Utf8Check.Require(bytes, "Standard input");
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>All of standard input.</summary>
    public static byte[] ReadBytes(Stream input)
    {
        using var bytes = new MemoryStream();
        input.CopyTo(bytes, BufferSize);
        return bytes.ToArray();
    }
}
