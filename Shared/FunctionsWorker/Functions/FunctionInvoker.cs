using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Rill.FunctionsWorker.Invocations;

namespace Rill.FunctionsWorker.Functions;

/// <summary>Calls one function: makes its class, fills its parameters, awaits it.</summary>
internal sealed class FunctionInvoker
{
    private readonly Func<HttpFunctionContext, object?>[] _arguments;
    private readonly ObjectFactory? _createInstance;
    private readonly MethodInvoker _method;
    private readonly PropertyInfo? _taskResult;

    /// <summary>Throws <see cref="InvalidOperationException"/> for a parameter or return type that cannot be served.</summary>
    public FunctionInvoker(FunctionEntry function)
    {
        var method = function.Method;
        _arguments = [.. method.GetParameters().Select(parameter => ArgumentFor(parameter, function))];
        _createInstance = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
        _method = MethodInvoker.Create(method);
        _taskResult = method.ReturnType.IsGenericType ? method.ReturnType.GetProperty(nameof(Task<>.Result)) : null;
        CheckReturnType(function, _taskResult?.PropertyType ?? method.ReturnType);
    }

    /// <summary>Runs the function and leaves what it returned, an action result or nothing, in the context.</summary>
    public async Task InvokeAsync(HttpFunctionContext context)
    {
        var instance = _createInstance?.Invoke(context.InstanceServices, null);
        var arguments = new object?[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _arguments[i](context);
        }

        var result = _method.Invoke(instance, arguments.AsSpan());
        if (result is Task task)
        {
            await task;
            result = _taskResult?.GetValue(task);
        }

        context.Result = result;
    }

    private static Func<HttpFunctionContext, object?> ArgumentFor(ParameterInfo parameter, FunctionEntry function)
    {
        var name = parameter.Name!;
        return parameter.ParameterType switch
        {
            var type when type == typeof(HttpRequest) => context => context.Http.Request,
            var type when type == typeof(FunctionContext) => context => context,
            var type when type == typeof(CancellationToken) => context => context.CancellationToken,
            var type when type == typeof(string) => context => context.Http.GetRouteValue(name) as string,
            var type => throw new InvalidOperationException(
                $"Function {function.Name}: parameter {name} is a {type.Name}; "
                + "a function takes an HttpRequest, a FunctionContext, a CancellationToken and strings of its route."),
        };
    }

    private static void CheckReturnType(FunctionEntry function, Type type)
    {
        if (type != typeof(void) && type != typeof(Task)
            && !type.IsAssignableTo(typeof(IActionResult)) && !type.IsAssignableTo(typeof(IResult)))
        {
            throw new InvalidOperationException($"Function {function.Name} returns {type.Name}; return nothing, an IActionResult or an IResult.");
        }
    }
}
