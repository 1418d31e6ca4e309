using System.Runtime.CompilerServices;

namespace Rill.Text.Jinja;

/// <summary>
/// Watches a template being parsed for what it does with the content of messages. An expression stands for a content when it is
/// something.content, something['content'], or a name that such an expression is assigned to or handed to a macro as; slices,
/// alternatives and filters that keep parts go through.
/// </summary>
internal sealed class ContentWatcher
{
    private static readonly string[] s_keeping = ["list", "default", "d", "reverse", "selectattr", "rejectattr", "select", "reject"];
    private static readonly string[] s_goingThrough = ["selectattr", "rejectattr", "map"];

    // A content goes through a few names at most; a template is not to make loading slow.
    private const int MostRounds = 20;

    private readonly List<(string Name, Expression Value)> _assigned = [];
    private readonly List<(CallExpression Call, string Macro)> _calls = [];
    private readonly Dictionary<string, IReadOnlyList<(string Name, Expression? Default)>> _macros = [];
    private readonly List<Expression> _loops = [];
    private readonly List<(string Test, Expression Target)> _tests = [];
    private readonly HashSet<string> _contents = [];
    private bool _speaksOfDeveloper;

    public void Assign(AssignmentTarget target, Expression value)
    {
        if (target is NameTarget name)
        {
            _assigned.Add((name.Name, value));
        }
    }

    public void Define(string macro, IReadOnlyList<(string Name, Expression? Default)> parameters) => _macros[macro] = parameters;

    public void Call(CallExpression call)
    {
        if (call.Target is NameExpression macro)
        {
            _calls.Add((call, macro.Name));
        }
    }

    public void Loop(Expression sequence) => _loops.Add(sequence);

    public void Filter(string filter, Expression target)
    {
        if (s_goingThrough.Contains(filter))
        {
            _loops.Add(target);
        }
    }

    public void Test(string test, Expression target) => _tests.Add((test, target));

    public void String(string text) => _speaksOfDeveloper |= text == "developer";

    /// <summary>What was seen, once all is parsed.</summary>
    public TemplateContentUse Conclude()
    {
        for (var round = 0; round < MostRounds && FindNames(); round++)
        {
        }

        return new()
        {
            GoesThroughParts = _loops.Exists(IsContent),
            AsksForText = _tests.Exists(test => test.Test == "string" && IsContent(test.Target)),
            AsksForNone = _tests.Exists(test => test.Test == "none" && IsContent(test.Target)),
            KnowsDeveloper = _speaksOfDeveloper,
        };
    }

    /// <summary>Finds names that stand for contents; true while there are new ones.</summary>
    private bool FindNames()
    {
        var known = _contents.Count;
        _contents.UnionWith(_assigned.Where(assigned => IsContent(assigned.Value)).Select(assigned => assigned.Name));
        foreach (var (call, macro) in _calls)
        {
            if (!_macros.TryGetValue(macro, out var parameters))
            {
                continue;
            }

            _contents.UnionWith(parameters.Zip(call.Arguments.Positional)
                .Where(pair => IsContent(pair.Second)).Select(pair => pair.First.Name));
            _contents.UnionWith(call.Arguments.Named.Where(argument => IsContent(argument.Value)).Select(argument => argument.Name));
        }

        return _contents.Count > known;
    }

    private bool IsContent(Expression expression) => RuntimeHelpers.TryEnsureSufficientExecutionStack() && expression switch
    {
        NameExpression name => _contents.Contains(name.Name),
        AttributeExpression attribute => attribute.Name == "content",
        ItemExpression { Index: ConstantExpression { Value: JinjaText { Value: "content" } } } => true,
        CallExpression { Target: AttributeExpression { Name: "get" } } call =>
            call.Arguments.Positional is [ConstantExpression { Value: JinjaText { Value: "content" } }, ..],
        SliceExpression slice => IsContent(slice.Target),
        FilterExpression filter => s_keeping.Contains(filter.Name) && IsContent(filter.Target),
        ConditionalExpression conditional =>
            IsContent(conditional.WhenTrue) || (conditional.WhenFalse is { } otherwise && IsContent(otherwise)),
        LogicalExpression logical => IsContent(logical.Left) || IsContent(logical.Right),
        _ => false,
    };
}
