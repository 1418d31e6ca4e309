using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Rill.Page.Tests.Support;

/// <summary>What holds for all tests of this assembly.</summary>
internal static class AssemblySetup
{
    /// <summary>For everything that a test waits for; Playwright's own patience is for an idle machine.</summary>
    public const float PatienceMilliseconds = 90_000;

    /// <summary>Makes it so.</summary>
    [ModuleInitializer]
    public static void BePatient() => Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
}
