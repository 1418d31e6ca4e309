using Microsoft.Extensions.Hosting;
using Rill.Chat;
using Rill.Models;
using Rill.Serving;
using Rill.Text;

namespace Rill.FunctionApp.Hosting;

/// <summary>A model in memory, and the name of exactly this model on exactly this build and device.</summary>
/// <param name="Runner">The model.</param>
/// <param name="Fingerprint">The name.</param>
/// <param name="Precision">The type that it computes in.</param>
internal sealed record LoadedRunner(IModelRunner Runner, string Fingerprint, string Precision);

/// <summary>A model ready to serve: its runner, and what the chat endpoint needs of it.</summary>
/// <param name="Runner">The model.</param>
/// <param name="Chat">Its text side.</param>
/// <param name="Precision">The type that it computes in.</param>
internal sealed record LoadedModel(IModelRunner Runner, ChatModel Chat, string Precision);

/// <summary>Loads what the settings name: a model directory, or the scripted model.</summary>
internal static class ModelLoading
{
    /// <summary>
    /// Loads the model. Its small files come first, so that an unsupported tokenizer, template or architecture is refused by name
    /// before any weight is read.
    /// </summary>
    public static LoadedModel Load(
        RillOptions options,
        EngineOptions engine,
        IHostEnvironment environment,
        Func<ModelFiles, RillOptions, EngineOptions, LoadedRunner> loadRunner)
    {
        if (options.IsScripted)
        {
            return environment.IsDevelopment()
                ? LoadScripted(options)
                : throw new StartFailureException("the scripted model serves tests and benchmarks; it runs in the Development environment only.");
        }

        var files = ModelFiles.InDirectory(ModelDirectory.Find(options.Model));
        var text = ModelText.Load(files);
        var generation = GenerationConfig.Load(files);
        var loaded = loadRunner(files, options, engine);
        return new LoadedModel(loaded.Runner, new ChatModel
        {
            Id = options.ModelId ?? files.Name,
            Created = files.Published.ToUnixTimeSeconds(),
            Fingerprint = loaded.Fingerprint,
            Tokenizer = text.Tokenizer,
            Template = text.Template,
            NamedTemplates = text.NamedTemplates,
            TemplateVariables = text.Variables,
            EosTokenIds = generation.EosTokenIds.Count > 0 ? generation.EosTokenIds : text.EosTokenIds,
            Sampling = Defaults(generation),
        }, loaded.Precision);
    }

    private static SamplingDefaults Defaults(GenerationConfig generation)
    {
        var fallback = new SamplingDefaults();
        return new SamplingDefaults
        {
            Temperature = generation.Temperature ?? fallback.Temperature,
            TopP = generation.TopP ?? fallback.TopP,
            TopK = generation.TopK ?? fallback.TopK,
            MinP = generation.MinP ?? fallback.MinP,
            RepetitionPenalty = generation.RepetitionPenalty ?? fallback.RepetitionPenalty,
        };
    }

    private static LoadedModel LoadScripted(RillOptions options)
    {
        var runner = new ScriptedModelRunner(options.Scripted);
        return new LoadedModel(runner, new ChatModel
        {
            Id = options.ModelId ?? "scripted",
            Created = 0,
            Fingerprint = "fp_scripted",
            Tokenizer = new ByteTokenizer(),
            Template = ChatTemplate.Parse(ScriptedTemplate, "the scripted model's template"),
            EosTokenIds = [ByteTokenizer.EndOfText],
        }, "text");
    }

    /// <summary>The scripted model reads its directives from the last message alone, so that is all of its prompt.</summary>
    private const string ScriptedTemplate = "{{ messages[-1]['content'] }}";
}
