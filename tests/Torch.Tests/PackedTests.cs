using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Rill.Torch.Tests;

/// <summary>
/// Runs this assembly's tests in this process, by xunit's own framework: for a machine without an SDK, and so without a test host. A line for
/// each that failed or was skipped, and at the end how many passed.
/// </summary>
internal sealed class PackedTests(TextWriter output) : LongLivedMarshalByRefObject, IMessageSink, IDisposable
{
    private readonly List<ITestCase> _cases = [];
    private readonly ManualResetEventSlim _isDone = new();
    private int _passed;
    private int _failed;
    private int _skipped;

    /// <summary>Runs the tests whose class or name contains any of the words; the process's exit code, 0 where some passed and none failed.</summary>
    public static int Run(IReadOnlyList<string> words, TextWriter output)
    {
        using var tests = new PackedTests(output);
        tests.Run(words);
        output.WriteLine($"{tests._passed} passed, {tests._failed} failed, {tests._skipped} skipped");
        return tests is { _passed: > 0, _failed: 0 } ? 0 : 1;
    }

    /// <inheritdoc/>
    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found:
                _cases.Add(found.TestCase);
                break;
            case ITestPassed:
                _passed++;
                break;
            case ITestSkipped skipped:
                _skipped++;
                output.WriteLine($"skipped {skipped.Test.DisplayName}: {skipped.Reason}");
                break;
            case ITestFailed failed:
                Fail(failed.Test.DisplayName, failed);
                break;
            case IErrorMessage error:
                Fail("outside of a test", error);
                break;
            case ITestClassCleanupFailure cleanup:
                Fail(cleanup.TestClass.Class.Name, cleanup);
                break;
            case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                _isDone.Set();
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _isDone.Dispose();

    private void Run(IReadOnlyList<string> words)
    {
        using var framework = new XunitTestFramework(this);
        var assembly = Assembly.GetExecutingAssembly();
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        discoverer.Find(includeSourceInformation: false, this, new Defaults());
        _isDone.Wait();
        _isDone.Reset();
        var chosen = _cases.FindAll(test => words.Any(word => test.DisplayName.Contains(word, StringComparison.Ordinal)));
        using var executor = framework.GetExecutor(assembly.GetName());
        executor.RunTests(chosen, this, new Defaults());
        _isDone.Wait();
    }

    private void Fail(string name, IFailureInformation failure)
    {
        _failed++;
        output.WriteLine($"FAILED {name}: {string.Join(" | ", failure.Messages).ReplaceLineEndings(" ")}");
        output.WriteLine(failure.StackTraces.FirstOrDefault());
    }

    /// <summary>No option is set: xunit's defaults.</summary>
    private sealed class Defaults : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = [];

        public TValue GetValue<TValue>(string name) => _values.GetValueOrDefault(name) is TValue value ? value : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
