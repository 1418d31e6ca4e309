using System.Collections.Concurrent;
using System.Reflection;
using NetArchTest.Rules;

namespace Rill.Tests.Harness;

/// <summary>The doors between the rooms of an assembly: which namespace names which, in signatures and in code.</summary>
internal static class Rooms
{
    // To read an assembly takes longer than to ask of its types.
    private static readonly ConcurrentDictionary<Assembly, Types> s_types = new();

    /// <summary>
    /// The types of <paramref name="from"/> that name a type of one of <paramref name="to"/>, several of which stand with spaces between: all with
    /// the namespaces below them, or <paramref name="from"/> by itself. One search of the code answers for all, which is what takes long.
    /// </summary>
    public static IReadOnlyList<string> Uses(Assembly assembly, string from, string to, bool alone = false) =>
    [
        .. s_types.GetOrAdd(assembly, each => Types.InAssembly(each)).That().ResideInNamespace(from).ShouldNot().HaveDependencyOnAny(to.Split(' ')).GetResult().FailingTypes
            .Select(type => type.ReflectionType)
            .Where(type => !alone || type.Namespace == from)
            .Select(type => $"{type} uses {(to.Contains(' ', StringComparison.Ordinal) ? "one of " : "")}{to}"),
    ];
}
