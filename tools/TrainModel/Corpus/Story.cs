namespace Rill.TrainModel.Corpus;

/// <summary>A told story and all that happened in it, so that questions about it have an answer.</summary>
/// <param name="Plot">Name of the plot, the part of its rule's name after "plot_".</param>
/// <param name="Bindings">Who, where and what; grammar rules about this story are said with them.</param>
/// <param name="Text">The story.</param>
internal sealed record Story(string Plot, Dictionary<string, string> Bindings, string Text);
