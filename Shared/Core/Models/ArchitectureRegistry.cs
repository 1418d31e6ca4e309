using Rill.Models.Architectures;

namespace Rill.Models;

/// <summary>The architectures that Rill knows, by the class name in config.json.</summary>
public static class ArchitectureRegistry
{
    // To add an architecture: a file in Architectures that turns its config.json into a DecoderSpec, and its line here.
    private static readonly Dictionary<string, Func<ModelConfig, DecoderSpec>> s_readers = new(StringComparer.Ordinal)
    {
        [Llama.Name] = Llama.Read,
        [Mistral.Name] = Mistral.Read,
        [Qwen2.Name] = Qwen2.Read,
        [Qwen3.Name] = Qwen3.Read,
    };

    /// <summary>The class names that are supported.</summary>
    public static IReadOnlyCollection<string> Names => s_readers.Keys;

    /// <summary>Turns a config.json into the decoder that it describes.</summary>
    /// <exception cref="ModelFormatException">The architecture or one of its switches is not supported; the message names it.</exception>
    public static DecoderSpec Read(ModelConfig config)
    {
        var architecture = config.Texts("architectures") is [var only] ? only : null;
        if (architecture is null)
        {
            throw new ModelFormatException("config.json: architectures must name exactly one architecture.");
        }

        return s_readers.TryGetValue(architecture, out var read)
            ? read(config)
            : throw new ModelFormatException(
                $"config.json: the architecture {architecture} is not supported; supported are {string.Join(", ", s_readers.Keys)}.");
    }
}
