using System.Diagnostics;
using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.Chat;

/// <summary>Submits admitted requests to the engine and puts their choices' readers together.</summary>
/// <param name="model">The base model, whose tokenizer all its adapters share.</param>
/// <param name="engine">Generates.</param>
/// <param name="time">The clock of the answers' times.</param>
/// <param name="contentTracing">Puts prompts and answers on traces; null for never.</param>
internal sealed class GenerationStart(ChatModel model, InferenceEngine engine, TimeProvider time, ContentTracing? contentTracing)
{
    /// <summary>Submits every choice of every prompt on its place; the reservations are handed over, or end what was submitted.</summary>
    /// <exception cref="EngineFaultException">A prompt cannot fit.</exception>
    public ChatGeneration Submit(GenerationPlan plan, PromptReservations reservations, IReadOnlyList<EncodedPrompt> prompts, ChatSettings settings)
    {
        var choices = new PromptChoices[prompts.Count];
        for (var i = 0; i < choices.Length; i++)
        {
            choices[i] = Submit(plan, reservations[i], prompts[i], i * plan.ChoicesPerPrompt, settings.Within(engine.MaxSequenceLength - prompts[i].Ids.Count));
        }

        Activity? activity = null;
        try
        {
            activity = RillActivity.StartChat(plan.Model.Id, settings.ToSpan(plan.Operation, plan.Choices) with { Stream = plan.Request.Stream });
            var content = ContentTrace.Start(activity, contentTracing, plan.Request, plan.Choices);
            var generation = new ChatGeneration(plan.Model, plan.IdPrefix, choices, time.GetUtcNow().ToUnixTimeSeconds(), activity, content)
            {
                Warning = settings.Warning,
                Rules = plan.Rules,
                ScoresPrompts = settings.Sampling.ScoresPrompt,
            };
            reservations.HandOver();    // until here whatever is thrown ends what was submitted
            return generation;
        }
        catch
        {
            activity?.Dispose();
            throw;
        }
    }

    private PromptChoices Submit(GenerationPlan plan, Reservation reservation, EncodedPrompt prompt, int firstIndex, ChatSettings settings)
    {
        var readers = new IChoiceSource[plan.ChoicesPerPrompt];
        for (var i = 0; i < readers.Length; i++)
        {
            readers[i] = settings.Sampling switch
            {
                { MaxTokens: > 0 } => Read(i),
                { ScoresPrompt: true } => new ScoredPrompt(firstIndex + i, prompt.Ids, Submit(i), model.Tokenizer),
                _ => new EmptyChoice(firstIndex + i),
            };
        }

        return new PromptChoices(prompt.Ids.Count, prompt.Echo, readers);

        ChoiceReader Read(int choice) =>
            new(firstIndex + choice, Submit(choice), model.Tokenizer, settings, plan.NewParser(prompt), plan.Rules, plan.ContinuesPrompt)
            {
                ScoredPrompt = settings.Sampling.ScoresPrompt ? prompt.Ids : null,
            };

        TokenStream Submit(int choice)
        {
            // No token here: the generation is aborted with its cause, which a token could not tell.
            var sequence = new SequenceRequest(prompt.Ids)
            {
                Parameters = settings.Sampling with { Choice = choice, MaxTokens = Math.Max(settings.Sampling.MaxTokens, 1) },
                Constraint = settings.NewConstraint?.Invoke(),
                Adapter = plan.Model.Adapter,
            };
            return engine.Submit(reservation, sequence, CancellationToken.None);
        }
    }
}
