using Rill.Bench.Engine;
using Rill.Bench.Models;
using Rill.Bench.Peer.Gguf;
using Rill.Bench.Servers;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;

namespace Rill.Bench.Quality;

/// <summary>A model whose quantized forms are compared, and the texts on which that is done: always the same.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Directory">The Hugging Face directory.</param>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Gguf">The peer's file in a format.</param>
/// <param name="Texts">Token ids.</param>
internal sealed record QualityModel(string Name, string Directory, int Vocabulary, Func<WeightFormat, string> Gguf, IReadOnlyList<int[]> Texts)
{
    private const int TextSeed = 40, RandomTexts = 3, RandomLength = 192;
    private const int LongestText = 448;    // one chunk of a prompt

    /// <summary>
    /// The default model and conversations of the kind that it learned, chat markup included. Its GGUF files go into <paramref name="scratch"/>.
    /// </summary>
    public static QualityModel Default(string scratch, int conversations)
    {
        var directory = Path.Combine(ServerFactory.Root, "models", "rill-mini");
        var tokenizer = TokenizerFile.Read(Path.Combine(directory, "tokenizer.json"));
        var generator = new CorpusGenerator(TextSeed);
        var texts = Enumerable.Range(0, conversations)
            .Select(_ => tokenizer.Encode(string.Concat(ChatMarkup.Render(generator.Next()).Select(piece => piece.Text))).Take(LongestText).ToArray());
        return new("rill-mini", directory, tokenizer.VocabularySize, Write, [.. texts]);

        string Write(WeightFormat format)
        {
            var file = Path.Combine(scratch, $"rill-mini-{format.Name()}.gguf");
            GgufWriter.Write(directory, file, format);
            return file;
        }
    }

    /// <summary>Made-up weights, and random tokens.</summary>
    public static QualityModel Random(ModelShape shape)
    {
        var tokens = new RandomTokens(shape.Vocabulary, TextSeed);
        return new(
            $"random {shape.Name}", ModelCache.HuggingFace(shape), shape.Vocabulary, format => ModelCache.Gguf(shape, format),
            [.. Enumerable.Range(0, RandomTexts).Select(_ => tokens.Take(RandomLength))]);
    }

    /// <summary>Starts Rill on it.</summary>
    public EngineProcess StartRill(WeightFormat format) =>
        new(new EngineSetup { IsPeer = false, Model = Directory, Format = format, Threads = EngineFactory.Threads });

    /// <summary>Starts llama.cpp on it, without flash attention, which is less exact.</summary>
    public EngineProcess StartPeer(WeightFormat format) =>
        new(new EngineSetup { IsPeer = true, Model = Gguf(format), Format = format, Threads = EngineFactory.Threads, FlashAttention = false });
}
