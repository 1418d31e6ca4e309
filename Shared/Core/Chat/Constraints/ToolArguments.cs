using System.Globalization;
using System.Text.Json;
using Rill.OpenAI;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;
using Rill.Text.Grammar.Strings;

namespace Rill.Chat.Constraints;

/// <summary>Reads the schemas of tools' arguments, within one budget.</summary>
/// <param name="budget">What the schemas may cost.</param>
/// <param name="isEnforced">True to hold calls to schemas that are not strict too, where that can be done.</param>
internal sealed class ToolArguments(GrammarBudget budget, bool isEnforced)
{
    private readonly Lazy<Rule> _anyObject = new(() => ObjectsOf(SchemaCompiler.Compile(JsonElement.Parse("""{"type":"object"}"""), new(new()))));

    private readonly Lazy<Rule> _anyValue = new(() => SchemaCompiler.Compile(JsonElement.Parse("true"), new(new())));
    private readonly Lazy<Rule> _identifier = new(() => Pattern("^[A-Za-z_][A-Za-z0-9_]{0,63}$", budget));
    private readonly Lazy<Rule> _id = new(() => Pattern("^[A-Za-z0-9_-]{1,40}$", budget));
    private readonly Lazy<Rule> _index = new(() => Pattern("^(0|[1-9][0-9]{0,2})$", budget));
    private readonly Lazy<Rule> _key = new(() => Pattern("^[A-Za-z0-9_.-]{1,64}$", budget));

    /// <summary>What of the wishes is not fulfilled; null when all are.</summary>
    public string? Warning { get; private set; }

    /// <summary>The JSON objects that a tool's schema allows; any object where the schema is not strict and cannot be enforced.</summary>
    /// <exception cref="AnswerFormException">The schema is strict and cannot be enforced, or is broken.</exception>
    public Rule Json(ToolDefinition tool, int index) =>
        Read(tool, index, schema => ObjectsOf(SchemaCompiler.Compile(schema, budget)), () => _anyObject.Value);

    /// <summary>The members of these objects, each with what its value becomes; null for members of any name where the schema cannot be enforced.</summary>
    /// <exception cref="AnswerFormException">The same.</exception>
    public IReadOnlyList<(MemberRule Member, Rule Values)>? Members(ToolDefinition tool, int index, Func<MemberRule, Rule> values) =>
        Read<IReadOnlyList<(MemberRule, Rule)>?>(
            tool, index, schema => [.. SchemaCompiler.CompileMembers(schema, budget).Select(member => (member, values(member)))], () => null);

    /// <summary>The place of a tool's field in a request.</summary>
    public static string PathOf(int index, string field) => string.Create(CultureInfo.InvariantCulture, $"tools[{index}].function.{field}");

    /// <summary>Makes the automata of all schemas.</summary>
    public AutomatonBuilder Automata => budget.Automata;

    /// <summary>Reads a call's id.</summary>
    public Rule Id => _id.Value;

    /// <summary>Reads a call's number.</summary>
    public Rule Index => _index.Value;

    /// <summary>Reads an argument's name where the schema does not tell.</summary>
    public Rule Key => _key.Value;

    /// <summary>Reads an argument's name in Python, where the schema does not tell.</summary>
    public Rule Identifier => _identifier.Value;

    /// <summary>Reads any JSON value.</summary>
    public Rule AnyValue => _anyValue.Value;

    /// <summary>A tool that names no parameters has none.</summary>
    private T Read<T>(ToolDefinition tool, int index, Func<JsonElement, T> compile, Func<T> any)
    {
        if (!isEnforced && !tool.IsStrict)
        {
            return any();
        }

        var path = PathOf(index, "parameters");
        try
        {
            return compile(tool.Parameters ?? JsonElement.Parse("""{"type":"object","additionalProperties":false}"""));
        }
        catch (SchemaException fault) when (fault.IsUnsupported && !tool.IsStrict)
        {
            Warning ??= $"{path} is not enforced: {fault.Message}.";
            return any();
        }
        catch (SchemaException fault)
        {
            throw AnswerFormException.Of(path, fault);
        }
    }

    private static Rule Pattern(string pattern, GrammarBudget budget) => new() { Machines = [new StringMachine(budget.Automata.Pattern(pattern), isBare: true)] };

    /// <summary>Arguments are an object, whether or not the schema says so.</summary>
    private static Rule ObjectsOf(Rule rule)
    {
        var objects = rule.Machines.Where(machine => machine is ObjectMachine or LiteralMachine { HasObjectsOnly: true }).ToList();
        return objects.Count > 0 ? new() { Machines = objects } : throw new SchemaException("no object obeys the schema");
    }
}
