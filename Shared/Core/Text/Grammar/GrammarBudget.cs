using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar;

/// <summary>What the schemas of one grammar have cost so far, together.</summary>
internal sealed class GrammarBudget
{
    private int _bytes;
    private int _rules;
    private int _alternatives;

    /// <summary>With nothing spent.</summary>
    public GrammarBudget(GrammarLimits limits) => (Limits, Automata) = (limits, new(limits));

    /// <summary>What may be spent.</summary>
    public GrammarLimits Limits { get; }

    /// <summary>Makes the automata of all schemas: equal patterns once.</summary>
    public AutomatonBuilder Automata { get; }

    /// <summary>Alternatives that were looked at.</summary>
    public int Work { get; set; }

    /// <summary>Counts the text of one more schema.</summary>
    /// <exception cref="SchemaException">All of them together are too long.</exception>
    public void AddText(int bytes)
    {
        _bytes += bytes;
        if (_bytes > Limits.SchemaBytes)
        {
            throw new SchemaException($"the schemas of the request have more than {Limits.SchemaBytes} bytes") { IsUnsupported = true };
        }
    }

    /// <summary>Counts one more rule.</summary>
    /// <exception cref="SchemaException">There are too many.</exception>
    public void AddRule()
    {
        if (++_rules > Limits.Rules)
        {
            throw new SchemaException($"it has more than {Limits.Rules} different kinds of values") { IsUnsupported = true };
        }
    }

    /// <summary>Counts one more alternative of a value.</summary>
    /// <exception cref="SchemaException">There are too many.</exception>
    public void AddAlternative()
    {
        if (++_alternatives > Limits.Alternatives)
        {
            throw new SchemaException($"its values have more than {Limits.Alternatives} alternatives") { IsUnsupported = true };
        }
    }
}
