using System.Text.Json;
using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar.Schema;

/// <summary>What a member of an object may be, its texts apart: some models write them without quotation marks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="Texts">The texts that it may be, of those that are listed.</param>
/// <param name="Literals">The JSON texts of the other values that are listed.</param>
/// <param name="Strings">What reads further texts.</param>
/// <param name="Others">What reads the other values.</param>
internal sealed record MemberRule(
    string Name, bool IsRequired, IReadOnlyList<string> Texts, IReadOnlyList<string> Literals, IReadOnlyList<StringMachine> Strings,
    IReadOnlyList<Machine> Others)
{
    /// <summary>Of a rule that is finished.</summary>
    public static MemberRule Of(string name, bool isRequired, RuleDraft draft)
    {
        var others = draft.Rule.Machines.Where(machine => machine is not LiteralMachine).ToLookup(machine => machine is StringMachine);
        return new(
            name, isRequired,
            [.. draft.Literals.Where(IsText).Select(text => JsonElement.Parse(text).GetString()!)],
            [.. draft.Literals.Where(text => !IsText(text))],
            [.. others[true].Cast<StringMachine>()],
            [.. others[false]]);
    }

    private static bool IsText(string json) => json[0] == '"';
}
