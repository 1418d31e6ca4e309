using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests.Completion;

/// <summary>The scripts of <c>rill completion</c>, in the real shells, at a terminal: what Tab does.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class CompletionTests(ScriptedServer rill)
{
    private const string Ready = "ready-for-keys";
    private const string ClearLine = "\u0005\u0015";    // to its end, and all before it away: in all three shells
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(45);

    public static TheoryData<string, string, string> Keys => new()
    {
        { "bash", "rill det\t", "rill detokenize" },                // a command
        { "bash", "rill bench --conc\t", "rill bench --concurrency" },    // an option
        { "bash", "rill chat --url URL --model \t", "--model scripted" },    // a value that the server knows
        { "bash", "rill completion f\t", "rill completion fish" },    // a value of a list
        { "zsh", "rill det\t", "etokenize" },
        { "zsh", "rill chat --url URL --model \t", "scripted" },
        { "fish", "rill det\t", "etokenize" },
        { "fish", "rill chat --url URL --model \t", "scripted" },
    };

    [SkippableTheory]
    [MemberData(nameof(Keys))]
    public async Task Tab_CompletesTheLine(string shell, string keys, string expected)
    {
        PseudoTerminal.SkipUnlessThere();
        Skip.IfNot(File.Exists($"/usr/bin/{shell}") || File.Exists($"/bin/{shell}"), $"There is no {shell}.");
        using var directory = new TemporaryDirectory();
        RillProcess.WriteScript(directory.File("rill"), $"#!/bin/sh\nexec dotnet '{RillProcess.Assembly}' \"$@\"\n");
        await using var terminal = PseudoTerminal.Start(Interactive(shell), $"{directory.Path}:{Environment.GetEnvironmentVariable("PATH")}");
        await terminal.TypeAsync(Setup(shell));
        await terminal.SeeAsync(Ready + "\r\n");

        await TypeUntilSeenAsync(terminal, keys.Replace("URL", rill.Url, StringComparison.Ordinal), expected);
    }

    [Fact]
    public async Task Completion_OfAnUnknownShell_Is2()
    {
        var result = await RillProcess.RunAsync("", "completion", "tcsh");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("tcsh", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A server that does not answer within two seconds completes nothing: people then press Tab again, here on the line anew.</summary>
    private static async Task TypeUntilSeenAsync(PseudoTerminal terminal, string keys, string expected)
    {
        await terminal.TypeAsync(keys);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await terminal.SeeAsync(expected, s_attempt);
                return;
            }
            catch (TimeoutException) when (attempt < 4)
            {
                await terminal.TypeAsync(ClearLine + keys);
            }
        }
    }

    private static string Interactive(string shell) => shell switch
    {
        "bash" => "bash --norc --noprofile -i",
        "zsh" => "zsh -f -i",
        _ => "fish --no-config -i",
    };

    /// <summary>What a user's own files do; the word is put together by the shell, so that only its output shows it.</summary>
    private static string Setup(string shell) => shell switch
    {
        "bash" => "source <(rill completion bash); echo ready-'for'-keys\r",
        "zsh" => "autoload -U compinit; compinit -D; source <(rill completion zsh); echo ready-'for'-keys\r",
        _ => "rill completion fish | source; echo ready-'for'-keys\r",
    };
}
