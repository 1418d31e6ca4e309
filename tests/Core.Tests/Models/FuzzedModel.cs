using System.Diagnostics;
using Rill.Chat;
using Rill.Chat.Input;
using Rill.Models;
using Rill.Text;

namespace Rill.Core.Tests.Models;

/// <summary>
/// Reads a model whose author is not trusted as a start does, up to the computing: it is read, or refused with one sentence, in little time
/// and memory.
/// </summary>
internal static unsafe class FuzzedModel
{
    private const long MostBytes = 1L << 30;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(90);

    /// <summary>How many changed files each source gives: RILL_FUZZ_CONFIGS says so for a night.</summary>
    public static int FilesOfEach { get; } = int.TryParse(Environment.GetEnvironmentVariable("RILL_FUZZ_CONFIGS"), out var files) ? files : 60;

    /// <summary>True when the model was read, false when it was refused as it should be.</summary>
    public static bool IsRead(string path, string change)
    {
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        try
        {
            using var files = ModelFiles.At(path);
            Read(files);
            return true;
        }
        catch (Exception refused) when (refused is ModelFormatException or ModelFileException or UnsupportedModelException
            or ChatTemplateException or EncodingLimitException)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.InRange(refused.Message.Length, 20, 2_500);
            return false;
        }
        catch (Exception failed)
        {
            Assert.Fail($"{change}: {failed}");
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
            Assert.True(watch.Elapsed < s_longest, $"{change} took {watch.Elapsed}");
        }
    }

    private static void Read(ModelFiles files)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        using var weights = ModelWeights.Open(files, spec);
        DecoderTensors.Check(spec, weights);
        foreach (var (name, shape) in DecoderTensors.Of(spec))
        {
            var weight = weights.Get(name, shape);
            _ = ((byte*)weight.Address)[0] + ((byte*)weight.Address)[weight.ByteCount - 1];
            weights.Release(weight, 0, weight.ByteCount);
        }

        if (files.Has(ModelFileNames.Tokenizer))
        {
            var text = ModelText.Load(files);
            _ = text.Tokenizer.Encode(PromptText.OfTemplate("Hello <|im_end|> 12 é\n"));
            _ = TurnEnds.Of(GenerationConfig.Load(files), text);
            _ = ModelTemplate.Load(files);
        }
    }
}
