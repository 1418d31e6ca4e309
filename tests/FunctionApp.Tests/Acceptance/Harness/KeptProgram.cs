using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>
/// A program that is asked line by line and stays for the next test, since to start it and to load its libraries takes longer than what is
/// asked of it. It reads a JSON array of strings, and prints one line of JSON; it ends with its input, so with the tests. Who asks while it is
/// busy starts another one.
/// </summary>
/// <param name="newStart">Makes what starts it.</param>
internal sealed class KeptProgram(Func<ProcessStartInfo> newStart)
{
    private readonly ConcurrentBag<Running> _idle = [];

    /// <summary>Asks, and fails the test where the program ends instead of an answer.</summary>
    /// <exception cref="TimeoutException">No answer came.</exception>
    public async Task<JsonElement> AskAsync(params string[] args)
    {
        var program = _idle.TryTake(out var idle) ? idle : new Running(newStart());
        var answer = await program.AskAsync(JsonSerializer.Serialize(args));
        _idle.Add(program);
        return JsonElement.Parse(answer);
    }

    private sealed class Running
    {
        private readonly Process _process;
        private readonly StringBuilder _errors = new();

        public Running(ProcessStartInfo start)
        {
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            _process = Process.Start(start)!;
            _process.ErrorDataReceived += (_, line) =>
            {
                lock (_errors)
                {
                    _errors.AppendLine(line.Data);
                }
            };
            _process.BeginErrorReadLine();
        }

        private string Errors
        {
            get
            {
                lock (_errors)
                {
                    return _errors.ToString();
                }
            }
        }

        public async Task<string> AskAsync(string line)
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
            var answer = _process.StandardOutput.ReadLineAsync();
            if (await Task.WhenAny(answer, Task.Delay(ProcessBounds.Patience)) == answer && await answer is { } json)
            {
                return json;
            }

            // It has ended, or hangs; either way it says why, and nobody asks it again.
            await _process.EndsAsync(answer.IsCompleted ? ProcessBounds.Patience : TimeSpan.Zero, () => Errors);
            throw new InvalidOperationException($"The program (exit code {_process.ExitCode}) was asked {line}\n{Errors}");
        }
    }
}
