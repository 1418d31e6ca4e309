using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Rill.Page.Tests.Support;

/// <summary>What holds for all tests of this assembly.</summary>
internal static class AssemblySetup
{
    private const float PatienceMilliseconds = 15_000;

    /// <summary>Playwright's own patience is for an idle machine.</summary>
    [ModuleInitializer]
    public static void BePatient() => Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
}
