using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Rill.Chat;
using Rill.Chat.Embeddings;
using Rill.FunctionApp;
using Rill.FunctionApp.Loading;
using Rill.Models;
using Rill.ModelStore;
using Rill.ModelStore.Loading;
using Rill.ScriptedApp.Model;
using Rill.Text;

namespace Rill.ScriptedApp;

/// <summary>
/// Gives the app the scripted model in place of the one that <c>Rill:Model</c> names. How it behaves stands in a section of its own
/// (environment: <c>Scripted__StepMilliseconds</c>, ...), since the app refuses names in <c>Rill</c> that it does not know.
/// </summary>
internal sealed class ScriptedModelLoader : IModelLoader
{
    private const string Name = "scripted";

    /// <summary>
    /// The model reads its directives from the last message alone, so that is all of its prompt; where tools have answered, it is the last of a
    /// user's and what they answered.
    /// </summary>
    private const string Template = """
        {%- if messages[-1]['role'] == 'tool' -%}
            {%- for message in messages if message['role'] == 'user' -%}
                {%- if loop.last -%}{{ message['content'] }}{%- endif -%}
            {%- endfor -%}
            {%- for message in messages if message['role'] == 'tool' -%}{{ '\n!result ' + message['content'] | replace('\n', ' ') }}{%- endfor -%}
        {%- else -%}
            {{ messages[-1]['content'] }}
        {%- endif -%}
        """;

    /// <inheritdoc/>
    public ModelAddress Find(RillOptions options) => new DirectoryAddress(Name);

    /// <inheritdoc/>
    public Task<LoadedModel> LoadAsync(RillSettings settings, ModelLoad load, CancellationToken cancellationToken)
    {
        var runner = new ScriptedModelRunner(ReadOptions());
        load.NoteInspected();
        var chat = new ChatModel
        {
            Id = load.Id,
            Created = 0,
            Fingerprint = "fp_scripted",
            Tokenizer = new ByteTokenizer(),
            Template = ChatTemplate.Parse(Template, "the scripted model's template"),
            EosTokenIds = [ByteTokenizer.EndOfText],
            Format = ScriptedFormat.Hermes,
            Embeddings = settings.Options.Embeddings switch
            {
                "last" => new EmbeddingModel(PoolingKind.Last, PseudoStates.Size),
                "mean" => new EmbeddingModel(PoolingKind.Mean, PseudoStates.Size),
                _ => null,
            },
        };
        return Task.FromResult(new LoadedModel(runner, chat, "text"));
    }

    /// <summary>Reads the environment.</summary>
    /// <exception cref="ValidationException">A setting is out of its range.</exception>
    private static ScriptedRunnerOptions ReadOptions()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var options = configuration.GetSection("Scripted").Get<ScriptedRunnerOptions>() ?? new ScriptedRunnerOptions();
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        return options;
    }
}
