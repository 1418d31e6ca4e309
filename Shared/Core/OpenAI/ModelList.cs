namespace Rill.OpenAI;

/// <summary>The served models, as <c>GET /v1/models</c> shows them.</summary>
/// <param name="Data">Every model.</param>
public sealed record ModelList(IReadOnlyList<ModelCard> Data)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "list";
}
