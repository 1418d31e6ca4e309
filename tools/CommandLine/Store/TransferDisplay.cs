using System.Globalization;
using Rill.ModelStore;
using Spectre.Console;

namespace Rill.CommandLine.Store;

/// <summary>Shows how far a transfer is: a bar on a terminal, a line for every tenth in a pipe.</summary>
internal static class TransferDisplay
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a transfer under a title.</summary>
    public static async Task<T> RunAsync<T>(string title, Func<TransferProgress, Task<T>> transfer)
    {
        // On standard error: what is tried again is no result.
        var progress = new TransferProgress { Retrying = reason => Console.Error.WriteLine($"rill: trying again: {reason}") };
        if (Console.IsOutputRedirected)
        {
            return await LinesAsync(title, progress, transfer(progress)).ConfigureAwait(false);
        }

        return await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => BarAsync(context.AddTask(Markup.Escape(title)), progress, transfer(progress))).ConfigureAwait(false);
    }

    private static async Task<T> BarAsync<T>(ProgressTask bar, TransferProgress progress, Task<T> transfer)
    {
        bar.IsIndeterminate = true;
        while (await Task.WhenAny(transfer, Task.Delay(_pause)).ConfigureAwait(false) != transfer)
        {
            Show();
        }

        Show();
        return await transfer.ConfigureAwait(false);

        void Show()
        {
            if (progress.TotalBytes > 0)
            {
                bar.IsIndeterminate = false;
                bar.MaxValue = progress.TotalBytes;
                bar.Value = progress.DoneBytes;
            }
        }
    }

    private static async Task<T> LinesAsync<T>(string title, TransferProgress progress, Task<T> transfer)
    {
        var shown = 0;
        while (await Task.WhenAny(transfer, Task.Delay(_pause)).ConfigureAwait(false) != transfer)
        {
            if (progress.Percent / 10 > shown)
            {
                shown = progress.Percent / 10;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {progress.Percent} %, {Size(progress.DoneBytes)} of {Size(progress.TotalBytes)}"));
            }
        }

        return await transfer.ConfigureAwait(false);
    }

    /// <summary>A size for people, such as <c>12.3 MiB</c>.</summary>
    public static string Size(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.0} MiB");
}
