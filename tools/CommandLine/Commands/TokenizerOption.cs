using System.CommandLine;
using Rill.Text;

namespace Rill.CommandLine.Commands;

/// <summary>The option that names a tokenizer, and the tokenizer it names.</summary>
internal static class TokenizerOption
{
    /// <summary>A new option, for one command.</summary>
    public static Option<string> New() =>
        new("--tokenizer") { Description = "A model's directory, with its tokenizer.json, or a GGUF file.", Required = true, HelpName = "MODEL" };

    /// <summary>Loads the tokenizer.</summary>
    /// <exception cref="FailureException">There is no such directory.</exception>
    /// <exception cref="UnsupportedModelException">Its tokenizer.json is missing or broken, or needs what is not supported.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        using var files = ModelFiles.IsThere(path) ? ModelFiles.At(path) : throw new FailureException($"There is no directory or GGUF file {path}.");
        return HuggingFaceTokenizer.Load(files);
    }
}
