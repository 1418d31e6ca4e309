namespace Rill.OpenAI;

/// <summary>The served models, as <c>GET /v1/models</c> shows them.</summary>
/// <param name="Data">Every model.</param>
public sealed record ModelList(IReadOnlyList<ModelCard> Data)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "list";
}

/// <summary>A served model, as <c>GET /v1/models/{id}</c> shows it.</summary>
/// <param name="Id">The id that requests name.</param>
/// <param name="Created">Unix time in whole seconds.</param>
/// <param name="OwnedBy">Who owns it.</param>
public sealed record ModelCard(string Id, long Created, string OwnedBy)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "model";

    /// <summary>vLLM's extension: most tokens of prompt and completion together.</summary>
    public int? MaxModelLen { get; init; }
}
