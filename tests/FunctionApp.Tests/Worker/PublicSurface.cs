using System.Reflection;
using System.Runtime.CompilerServices;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>The public types and members of an assembly in the notation of official-signatures.txt, each line led by its namespace.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(void)] = "void", [typeof(int)] = "int", [typeof(bool)] = "bool",
    };

    private static readonly NullabilityInfoContext _nullability = new();

    public static IEnumerable<string> Lines(Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(type => TypeLines(type).Select(line => $"{type.Namespace} | {line}"));

    private static IEnumerable<string> TypeLines(Type type)
    {
        if (type.IsEnum)
        {
            return [$"enum {type.Name} : {Name(type.GetEnumUnderlyingType())}",
                .. Enum.GetNames(type).Select(name => $"{type.Name}.{name} = {(int)Enum.Parse(type, name)}")];
        }

        if (type.IsAssignableTo(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return [$"delegate {Name(invoke.ReturnType)} {type.Name}({Parameters(invoke)})"];
        }

        return [Head(type),
            .. type.GetConstructors(Declared).Select(constructor => $"{type.Name}({Parameters(constructor)})"),
            .. type.GetProperties(Declared).Select(property => $"{type.Name}: {Property(property)}"),
            .. type.GetMethods(Declared).Where(method => !method.IsSpecialName).Select(method => $"{type.Name}: {Method(method)}")];
    }

    private static string Head(Type type)
    {
        var usage = type.GetCustomAttribute<AttributeUsageAttribute>() is { } attribute && type.IsAssignableTo(typeof(Attribute))
            ? $"[AttributeUsage({attribute.ValidOn})] "
            : "";
        if (type.IsInterface)
        {
            return $"interface {type.Name}";
        }

        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        var interfaces = type.GetInterfaces().Except(type.BaseType!.GetInterfaces()).Select(Name).Order(StringComparer.Ordinal);
        return $"{usage}{modifier}class {type.Name} : {string.Join(", ", [Name(type.BaseType), .. interfaces])}";
    }

    private static string Property(PropertyInfo property)
    {
        var nullable = _nullability.Create(property).ReadState == NullabilityState.Nullable ? "?" : "";
        var set = property.SetMethod is { IsPublic: true } ? " set;" : "";
        return $"{Modifier(property.GetMethod!)}{Name(property.PropertyType)}{nullable} {property.Name} {{ get;{set} }}";
    }

    private static string Method(MethodInfo method)
    {
        var nullable = _nullability.Create(method.ReturnParameter).ReadState == NullabilityState.Nullable ? "?" : "";
        var arguments = method.GetGenericArguments();
        var generic = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";
        return $"{Modifier(method)}{Name(method.ReturnType)}{nullable} {method.Name}{generic}({Parameters(method)}){string.Concat(arguments.Select(Constraint))}";
    }

    // An implementation of an interface is virtual and final to the runtime, and neither in C#.
    private static string Modifier(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string Constraint(Type argument)
    {
        var isClass = argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint);
        List<string> constraints = [.. isClass ? (string[])["class"] : [], .. argument.GetGenericParameterConstraints().Select(Name)];
        return constraints.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", constraints)}";
    }

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select((parameter, i) => Parameter(parameter, isExtension && i == 0)));
    }

    private static string Parameter(ParameterInfo parameter, bool isThis)
    {
        var modifier = isThis ? "this " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var nullable = _nullability.Create(parameter).WriteState == NullabilityState.Nullable ? "?" : "";
        var value = parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "";
        return $"{modifier}{Name(parameter.ParameterType)}{nullable} {parameter.Name}{value}";
    }

    private static string Name(Type type)
    {
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : _keywords.GetValueOrDefault(type, type.Name);
    }
}
