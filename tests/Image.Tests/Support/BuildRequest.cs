namespace Rill.Image.Tests.Support;

/// <summary>What to build.</summary>
/// <param name="Tag">The name that the image gets.</param>
/// <param name="NuGet">The folder of NuGet's configuration.</param>
/// <param name="Arguments">The arguments of the build, such as <c>TORCH_BACKEND=cpu</c>.</param>
/// <param name="Stage">The last stage; null for all.</param>
/// <param name="Dockerfile">The file of instructions; the context is the repository all the same.</param>
internal sealed record BuildRequest(string Tag, string NuGet, string[] Arguments, string? Stage = null, string Dockerfile = "FunctionApp/Dockerfile");
