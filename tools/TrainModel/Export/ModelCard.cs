using System.Globalization;
using System.Text;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Evaluation;

namespace Rill.TrainModel.Export;

/// <summary>Writes README.md of the model's directory, with the loss curve beside it.</summary>
internal static class ModelCard
{
    public static void Write(string directory, TrainingReport report)
    {
        LossCurve.Write(directory, report.Curve);
        var card = new StringBuilder();
        AddHead(card, report, new FileInfo(Path.Combine(directory, "model.safetensors")).Length);
        AddTraining(card, report);
        AddMarks(card, report);
        AddOverlap(card, report);
        card.Append("## Weaknesses\n\nA mark far below 100 % above is a weakness: a word that it has never seen may come out misspelt, in an argument as well. ");
        card.Append("A hero's pronoun or the detail of a wish (\"a girl called Anouk\") is sometimes lost, and at temperature 0 two characters may ");
        card.Append("get one name: ask for stories at temperature 0.5 to 0.8. Stories follow eight plots. It adds only numbers of one digit, thinks in one ");
        card.Append("or two sentences of a few kinds, and sees a schema only through the mask: the request itself should say what to extract. It cannot ");
        card.Append("translate or know the world.\n\n");
        card.Append("## Samples\n\nNot chosen among several; stories at temperature 0.7 on held-out subjects, the rest at temperature 0.\n\n");
        foreach (var sample in report.Samples)
        {
            AddSample(card, sample);
        }

        File.WriteAllText(Path.Combine(directory, "README.md"), card.ToString());
    }

    private static void AddHead(StringBuilder card, TrainingReport report, long bytes)
    {
        var shape = report.Model.Shape;
        card.Append("---\nlicense: mit\nlanguage: en\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n# Rill Mini\n\n");
        card.Append("A very small chat model, made to show Rill at work: it tells short stories about a subject, answers questions about Rill and ");
        card.Append("streaming, follows simple system prompts, remembers what it was told, calls tools in Hermes form and answers from their results, ");
        card.Append("writes JSON, and thinks in a short block when `enable_thinking` is true. It knows little else, only English, and makes mistakes. Everything it learned was made up by a program: no text of ");
        card.Append("anyone else is in it.\n\n");
        Line(card, $"| | |\n|---|---|\n| architecture | Qwen3 (config.json), {shape.Layers} layers, hidden size {shape.HiddenSize}, {shape.Heads} heads over {shape.KeyValueHeads} key heads of {shape.HeadSize} |");
        Line(card, $"| parameters | {report.Model.ParameterCount:N0}, embedding shared with the head |");
        Line(card, $"| weights | bfloat16, {bytes / 1e6:F1} MB |");
        Line(card, $"| tokenizer | byte-level BPE, {shape.VocabularySize:N0} tokens |");
        Line(card, $"| context | {shape.MaxPositions:N0} tokens |\n");
    }

    private static void AddTraining(StringBuilder card, TrainingReport report)
    {
        card.Append("## Training\n\n```\n");
        foreach (var (run, isFirst) in report.Runs.Select((run, index) => (run, index == 0)))
        {
            Line(card, $"dotnet run --project tools/TrainModel -c Release -- --minutes {run.Minutes:0.##} --seed {run.Seed} --threads {run.Threads}{(isFirst ? "" : " --from models/rill-mini")}");
        }

        card.Append("```\n\n");
        foreach (var run in report.Runs)
        {
            Line(card, $"- {run.Minutes:F0} minutes on {(run.Threads == 1 ? "one CPU core" : $"{run.Threads} CPU cores")}: {run.Steps:N0} steps, {run.Tokens / 1e6:F1} million tokens of {run.Conversations:N0} conversations");
        }

        card.Append("\nThe conversations are from the grammar in tools/TrainModel/Corpus, none seen twice but for short ones that the grammar says again. Loss counts on answers only. Corpus and first ");
        card.Append("weights follow from the seed; the weights in the end depend on the machine too, since the run is bound in time.\n\n");
        Line(card, $"| loss, nats a token | |\n|---|---|\n| unseen chats of the same grammar | {report.UnseenLoss:F3} |");
        Line(card, $"| stories about held-out subjects | {report.HeldOutLoss:F3} |\n");
        card.Append("Much of what is left is the grammar's own chance: who is met, what is lost, which of many sentences comes next.\n\n");
        card.Append("![training loss of the last run](loss.svg)\n\n");
    }

    private static void AddMarks(StringBuilder card, TrainingReport report)
    {
        card.Append("## What it can do\n\nMeasured on unseen chats whose names, places and things are in no training text, such as ");
        card.Append("\"xylophone\" and \"Reykjavik\": how often the model writes the right thing at temperature 0, the text around it given.\n\n");
        card.Append("| | right | of |\n|---|---|---|\n");
        foreach (var mark in report.Marks)
        {
            Line(card, $"| {mark.Question} | {100.0 * mark.Right / mark.Asked:F1} % | {mark.Asked} |");
        }

        card.Append('\n');
    }

    private static void AddOverlap(StringBuilder card, TrainingReport report)
    {
        var stories = report.Samples.Where(sample => sample.IsStory).ToList();
        card.Append("## Does it recite?\n\nThese subjects are in no training text: ");
        card.Append(string.Join(", ", report.HeldOutSubjects)).Append(".\n\n");
        Line(card, $"Longest run of words and signs that a story below shares with any conversation of the last run: {stories.Max(sample => sample.Overlap.Longest)} of {stories.Average(sample => sample.Overlap.WordCount):F0} on average");
        Line(card, $"(mean {stories.Average(sample => sample.Overlap.Longest):F1}). Such a run is a few sentences of the grammar whose slots happen to be filled alike. Answers about Rill are learned");
        card.Append("nearly word for word, as they should be.\n\n");
    }

    private static void AddSample(StringBuilder card, CardSample sample)
    {
        if (sample.Conversation.Thinks)
        {
            card.Append("> *with `enable_thinking`*\n>\n");
        }

        foreach (var turn in sample.Conversation.Turns)
        {
            card.Append(CultureInfo.InvariantCulture, $"> **{Name(turn.Role)}:** {Inline(turn.Text)}\n>\n");
        }

        Line(card, $"> **assistant:** {Inline(sample.Answer)}\n>\n> *longest overlap: {sample.Overlap.Longest} of {sample.Overlap.WordCount} words and signs*\n");
    }

    private static string Name(Role role) => role switch
    {
        Role.System => "system",
        Role.User => "user",
        Role.Tool => "tool",
        _ => "assistant",
    };

    private static string Inline(string text) => text.Contains('<', StringComparison.Ordinal) ? $"`{text.ReplaceLineEndings(" ")}`" : text.ReplaceLineEndings(" ");

    private static void Line(StringBuilder card, FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
