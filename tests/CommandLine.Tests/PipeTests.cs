using System.Diagnostics;
using System.Text;

namespace Rill.CommandLine.Tests;

/// <summary>How the program behaves among other programs.</summary>
public sealed class PipeTests
{
    [Fact]
    public async Task Tokenize_ForAProgramThatWaits_AnswersEachLineAtOnce()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        using var process = RillProcess.Start("tokenize", "--tokenizer", RillProcess.Model, "--jsonl");
        for (var turn = 0; turn < 3; turn++)
        {
            await process.StandardInput.WriteAsync("{\"text\":\"Hi\"}\n");
            await process.StandardInput.FlushAsync();

            Assert.Equal("{\"ids\":[998]}", await process.StandardOutput.ReadLineAsync(patience.Token));
        }

        process.StandardInput.Close();
        await process.EndsAsync(ProcessBounds.Patience, () => "");
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Detokenize_ForAProgramThatWaits_WritesTextAsItComes()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        using var process = RillProcess.Start("detokenize", "--tokenizer", RillProcess.Model);
        await process.StandardInput.WriteAsync("998 ");
        await process.StandardInput.FlushAsync();
        var text = new byte[2];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(text, patience.Token);

        Assert.Equal("Hi", Encoding.UTF8.GetString(text));
        process.StandardInput.Close();
        await process.EndsAsync(ProcessBounds.Patience, () => "");
    }

    [SkippableFact]
    public async Task Tokenize_OfEndlessInputForAReaderThatLeaves_EndsQuietly()
    {
        Skip.If(OperatingSystem.IsWindows(), "The pipes are made by bash.");
        var result = await ShellAsync(
            $"yes '{{\"text\":\"Hi\"}}' 2>/dev/null | dotnet '{RillProcess.Assembly}' tokenize --tokenizer '{RillProcess.Model}' --jsonl | head -n 2; echo ${{PIPESTATUS[1]}}");

        Assert.Equal("{\"ids\":[998]}\n{\"ids\":[998]}\n0\n", result.Text);
        Assert.Equal("", result.Error);
    }

    [SkippableFact]
    public async Task Tokenize_AfterAnotherProgramInOneFile_WritesBehindIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "The redirection is made by bash.");
        using var directory = new TemporaryDirectory();
        var file = directory.File("out");
        var rill = $"printf Hi | dotnet '{RillProcess.Assembly}' tokenize --tokenizer '{RillProcess.Model}'";
        await ShellAsync($"{{ echo first; {rill}; echo between; {rill}; echo last; }} > '{file}'");

        Assert.Equal("first\n998\nbetween\n998\nlast\n", await File.ReadAllTextAsync(file));
    }

    [SkippableFact]
    public async Task Tokenize_OnAFullDisk_SaysSo()
    {
        Skip.IfNot(File.Exists("/dev/full"), "There is no /dev/full.");
        var result = await ShellAsync($"printf Hi | dotnet '{RillProcess.Assembly}' tokenize --tokenizer '{RillProcess.Model}' > /dev/full; echo $?");

        Assert.Equal("1\n", result.Text);
        Assert.StartsWith("rill: Standard output cannot be written: ", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Tokenize_OnCtrlC_EndsAtOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are Unix's.");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        using var process = RillProcess.Start("tokenize", "--tokenizer", RillProcess.Model, "--jsonl");
        await process.StandardInput.WriteAsync("{\"text\":\"Hi\"}\n");
        await process.StandardInput.FlushAsync();
        await process.StandardOutput.ReadLineAsync(patience.Token);
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);

        await process.EndsAsync(ProcessBounds.Patience, () => "");

        Assert.Equal(130, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(patience.Token));
    }

    private static async Task<RillResult> ShellAsync(string script)
    {
        using var process = RillProcess.Start("bash", ["-c", script], []);
        return await RillProcess.FinishAsync(process, []);
    }
}
