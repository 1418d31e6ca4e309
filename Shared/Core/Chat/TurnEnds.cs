using Rill.Models;
using Rill.Text;

namespace Rill.Chat;

/// <summary>
/// What ends a turn: all that generation_config.json, config.json and the tokenizer's files name, together. A chat model that was made of a
/// base often names its own end in one of them and the base's in another (docs/adr/0052).
/// </summary>
public static class TurnEnds
{
    /// <summary>The end tokens, each with a file that names it.</summary>
    public static IReadOnlyList<EndToken> Of(GenerationConfig generation, ModelText text) =>
        [.. generation.EndTokens, .. text.EosTokenIds.Select(id => new EndToken(id, text.TokensFile))];

    /// <summary>A sentence that says where the files differ; null where they agree.</summary>
    /// <param name="ends">From <see cref="Of"/>.</param>
    /// <param name="spell">A token's text.</param>
    public static string? Difference(IReadOnlyList<EndToken> ends, Func<int, string> spell)
    {
        var byFile = ends.GroupBy(end => end.File, end => end.Id).ToList();
        return byFile.TrueForAll(file => file.ToHashSet().SetEquals(byFile[0]))
            ? null
            : $"The files name different end tokens; a turn ends at each of them: {string.Join("; ", byFile.Select(file => $"{file.Key} {string.Join(", ", file.Distinct().Select(id => $"{spell(id)} ({id})"))}"))}.";
    }
}
