using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>Whether the model shall think, and whether the answer shows it.</summary>
/// <param name="IsEnabled">True to think.</param>
/// <param name="Budget">Most tokens that it thinks; null for no such limit.</param>
/// <param name="IsOmitted">True to leave the thoughts out of the answer.</param>
internal sealed record ThinkingField(bool IsEnabled, int? Budget, bool IsOmitted)
{
    /// <summary>Reads the field; null where the model decides.</summary>
    public static ThinkingField? Read(JsonField field)
    {
        if (!field.CheckObject() || !field.IsPresent)
        {
            return null;
        }

        var type = field["type"];
        if (!type.IsPresent)
        {
            type.Miss();
        }

        switch (type.String())
        {
            case "enabled":
                return new(true, ReadBudget(field["budget_tokens"]), IsOmittedBy(field["display"]));
            case "adaptive" or "between_tools":
                return new(true, null, IsOmittedBy(field["display"]));
            case "disabled" or null:
                return new(false, null, false);
            default:
                type.Refuse("must be enabled, adaptive, between_tools or disabled.");
                return null;
        }
    }

    private static int? ReadBudget(JsonField field)
    {
        var budget = field.Int();
        if (budget < 1)
        {
            field.Refuse("must be at least 1.");
        }

        return budget;
    }

    private static bool IsOmittedBy(JsonField field)
    {
        var display = field.String();
        if (display is not (null or "summarized" or "omitted"))
        {
            field.Refuse("must be summarized or omitted.");
        }

        return display == "omitted";
    }
}
