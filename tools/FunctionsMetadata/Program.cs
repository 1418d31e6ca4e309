using System.Runtime.Loader;
using Rill.FunctionsWorker.Functions;

if (args is not [var assemblyPath, var metadataPath])
{
    Console.Error.WriteLine("Usage: Rill.FunctionsMetadata ASSEMBLY FILE");
    return 1;
}

// What the app needs besides this program's own libraries lies where the app's .deps.json says.
var resolver = new AssemblyDependencyResolver(Path.GetFullPath(assemblyPath));
AssemblyLoadContext.Default.Resolving += (context, name) =>
    resolver.ResolveAssemblyToPath(name) is { } path ? context.LoadFromAssemblyPath(path) : null;
var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(assemblyPath));
File.WriteAllText(metadataPath, FunctionEntry.ToMetadataFile(FunctionCatalog.Discover(assembly).Values));
return 0;
