using System.Globalization;

namespace Rill.OpenAI;

/// <summary>
/// The served models, as <c>GET /v1/models</c> shows them: the members of OpenAI's list and of Anthropic's, so that the clients of both read it.
/// </summary>
/// <param name="Data">Every model.</param>
public sealed record ModelList(IReadOnlyList<ModelCard> Data)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "list";

    /// <summary>Always false: the list is one page.</summary>
    public bool HasMore { get; init; }

    /// <summary>The first model's id.</summary>
    public string? FirstId => Data is [{ Id: var id }, ..] ? id : null;

    /// <summary>The last model's id.</summary>
    public string? LastId => Data is [.., { Id: var id }] ? id : null;
}

/// <summary>A served model, as <c>GET /v1/models/{id}</c> shows it.</summary>
/// <param name="Id">The id that requests name.</param>
/// <param name="Created">Unix time in whole seconds.</param>
/// <param name="OwnedBy">Who owns it.</param>
public sealed record ModelCard(string Id, long Created, string OwnedBy)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "model";

    /// <summary>Anthropic's type tag.</summary>
    public string Type { get; init; } = "model";

    /// <summary>Anthropic's form of <see cref="Created"/> (RFC 3339).</summary>
    public string CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Created).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Anthropic's name for people: the id.</summary>
    public string DisplayName => Id;

    /// <summary>vLLM's extension: of an adapter, the id of its base.</summary>
    public string? Parent { get; init; }

    /// <summary>vLLM's extension: most tokens of prompt and completion together.</summary>
    public int? MaxModelLen { get; init; }
}
