using Rill.Text;

namespace Rill.Core.Tests;

/// <summary>What a test runs in a process of its own, where the environment differs: loads a directory's tokenizer.</summary>
internal static class Program
{
    /// <summary>Writes "loaded", or why not.</summary>
    public static void Main(string[] arguments)
    {
        try
        {
            HuggingFaceTokenizer.Load(arguments[0]);
            Console.WriteLine("loaded");
        }
        catch (UnsupportedModelException exception)
        {
            Console.WriteLine(exception.Message);
        }
    }
}
