namespace Rill.Text.Jinja;

/// <summary>A method with the value it belongs to, or a global function (no receiver).</summary>
internal sealed class BoundFunction(Function function, object? receiver = null) : CallableValue
{
    public Function Function => function;

    public override string Representation => receiver is null
        ? $"<function {function.Name}>"
        : $"<built-in method {function.Name} of {PythonValues.TypeName(receiver)} object>";

    public override object? Call(RenderContext context, CallArguments arguments) => function.Call(context, receiver, arguments);
}
