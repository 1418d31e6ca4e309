using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rill.Infra.Tests.StandIn;

/// <summary>
/// Programs for the path whose calls this process answers. Each is a few lines of bash that send name, folder, arguments and our variables
/// here and print what comes back, so that a call costs milliseconds and all of them share one state.
/// </summary>
internal sealed class CommandServer : IDisposable
{
    private const string Client =
        """
        #!/usr/bin/env bash
        exec 3<>/dev/tcp/127.0.0.1/PORT || exit 126
        variables=()
        for name in PATH HOME GIT_CONFIG_GLOBAL "${!AZD_@}" "${!AZURE_@}" "${!RILL_@}" "${!SERVICE_@}"; do variables+=("$name=${!name}"); done
        printf '%s\0' "${0##*/}" "$PWD" "$#" "$@" "${variables[@]}" "" >&3
        IFS= read -r -d '' code <&3; IFS= read -r -d '' output <&3; IFS= read -r -d '' errors <&3
        printf '%s' "$output"
        printf '%s' "$errors" >&2
        exit "${code:-126}"
        """;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Call, Answer> _answer;

    public CommandServer(string folder, IEnumerable<string> programs, Func<Call, Answer> answer)
    {
        _answer = answer;
        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        foreach (var program in programs)
        {
            var path = Path.Combine(folder, program);
            File.WriteAllText(path, Client.Replace("PORT", $"{port}", StringComparison.Ordinal));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        _ = AcceptAsync();
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Factory.StartNew(() => Serve(client), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var answer = AnswerTo(Read(new BufferedStream(stream)));
            stream.Write(Encoding.UTF8.GetBytes($"{answer.ExitCode}\0{answer.Output}\0{answer.Errors}\0"));
        }
    }

    private Answer AnswerTo(Call call)
    {
        try
        {
            return _answer(call);
        }
        catch (CommandFailure failure)
        {
            return new Answer(failure.ExitCode, "", $"ERROR: {failure.Message}\n");
        }
#pragma warning disable CA1031 // a fault of the stand-in has to reach the test that called it
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return new Answer(125, "", $"the stand-in for {call.Program} failed: {fault}\n");
        }
    }

    private static Call Read(Stream stream)
    {
        var program = Text(stream);
        var folder = Text(stream);
        var arguments = Enumerable.Range(0, int.Parse(Text(stream), System.Globalization.CultureInfo.InvariantCulture)).Select(_ => Text(stream)).ToList();
        var variables = new Dictionary<string, string>();
        while (Text(stream) is { Length: > 0 } variable)
        {
            var (name, value) = (variable[..variable.IndexOf('=', StringComparison.Ordinal)], variable[(variable.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            variables[name] = value;
        }

        return new Call(program, folder, arguments, variables);
    }

    private static string Text(Stream stream)
    {
        var bytes = new List<byte>();
        for (var next = stream.ReadByte(); next > 0; next = stream.ReadByte())
        {
            bytes.Add((byte)next);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
