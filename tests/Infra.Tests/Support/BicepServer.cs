using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rill.Infra.Tests.Support;

/// <summary>
/// The Bicep compiler as a server, <c>bicep jsonrpc --stdio</c>: JSON-RPC 2.0 in messages under a Content-Length header. It stays for all tests,
/// since a start takes five seconds of a processor and a request one; it ends with its input, so with the tests.
/// </summary>
internal sealed class BicepServer
{
    private const string LengthHeader = "Content-Length: ";
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Lock _oneAtATime = new();
    private int _lastId;

    /// <param name="program">The compiler.</param>
    public BicepServer(string program)
    {
        var start = new ProcessStartInfo(program, ["jsonrpc", "--stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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

    /// <summary>Asks and waits: the result, or what the server says instead.</summary>
    /// <exception cref="TimeoutException">There is no answer within a test's patience; the server is ended.</exception>
    public (JsonElement? Result, string? Error) Ask(string method, object parameters)
    {
        lock (_oneAtATime)
        {
            var answer = Task.Run(() => Exchange(method, parameters));
            if (!answer.Wait(ProcessBounds.Patience))
            {
                _process.KillTreeAsync().GetAwaiter().GetResult();
                throw new TimeoutException($"bicep did not answer {method} within {ProcessBounds.Patience}.\n{Errors()}");
            }

            return answer.Result.TryGetProperty("error", out var error)
                ? (null, error.GetProperty("message").GetString())
                : (answer.Result.GetProperty("result"), null);
        }
    }

    private JsonElement Exchange(string method, object parameters)
    {
        var message = new Dictionary<string, object> { ["jsonrpc"] = "2.0", ["id"] = ++_lastId, ["method"] = method, ["params"] = parameters };
        var request = JsonSerializer.SerializeToUtf8Bytes(message);
        var input = _process.StandardInput.BaseStream;
        input.Write(Encoding.ASCII.GetBytes(LengthHeader + request.Length.ToString(CultureInfo.InvariantCulture) + "\r\n\r\n"));
        input.Write(request);
        input.Flush();

        var output = _process.StandardOutput.BaseStream;
        var length = 0;
        for (var line = ReadLine(output); line.Length > 0; line = ReadLine(output))
        {
            length = line.StartsWith(LengthHeader, StringComparison.OrdinalIgnoreCase)
                ? int.Parse(line[LengthHeader.Length..], CultureInfo.InvariantCulture)
                : length;
        }

        var body = new byte[length];
        output.ReadExactly(body);
        return JsonElement.Parse(body);
    }

    // Byte by byte, since a reader of text would take a part of the body.
    private string ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (var next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            if (next < 0)
            {
                throw new InvalidOperationException($"bicep has ended.\n{Errors()}");
            }

            line.Append((char)next);
        }

        return line.ToString().TrimEnd('\r');
    }

    private string Errors()
    {
        lock (_errors)
        {
            return _errors.ToString();
        }
    }
}
