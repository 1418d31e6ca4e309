using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Rill.FunctionsWorker.Functions;

/// <summary>Finds the functions of an assembly.</summary>
internal static class FunctionCatalog
{
    /// <summary>
    /// The functions of <paramref name="assembly"/>, by name. Throws <see cref="InvalidOperationException"/>, naming the method,
    /// for a function without an HTTP trigger on an <see cref="HttpRequest"/>, and for a name that is used twice.
    /// </summary>
    public static IReadOnlyDictionary<string, FunctionEntry> Discover(Assembly assembly)
    {
        var functions = new SortedDictionary<string, FunctionEntry>(StringComparer.OrdinalIgnoreCase);
        const BindingFlags methods = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var method in assembly.GetTypes().SelectMany(type => type.GetMethods(methods)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
            {
                continue;
            }

            var function = Read(method, attribute.Name);
            if (!functions.TryAdd(function.Name, function))
            {
                throw new InvalidOperationException($"Two functions are called {function.Name}; the second is {function.EntryPoint}.");
            }
        }

        return functions;
    }

    private static FunctionEntry Read(MethodInfo method, string name)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } trigger && parameter.ParameterType == typeof(HttpRequest))
            {
                return new FunctionEntry(name, method, parameter.Name!, trigger);
            }
        }

        throw new InvalidOperationException(
            $"Function {name} ({method.DeclaringType!.FullName}.{method.Name}) needs a parameter [HttpTrigger] HttpRequest; other triggers are not supported.");
    }
}
