using System.Diagnostics;
using Rill.Bench.Measure;
using Rill.Text;

namespace Rill.Bench.Texts;

/// <summary>How long a chat template takes to write <see cref="SampleConversation"/>, after the first time.</summary>
internal sealed class TemplateTiming
{
    /// <summary>Parses the template and measures.</summary>
    public TemplateTiming(string path, int renderings, TimeSpan warmUp)
    {
        var start = Stopwatch.GetTimestamp();
        var template = ChatTemplate.Parse(File.ReadAllText(path), path);
        var variables = SampleConversation.Variables();
        var first = template.Render(variables);
        FirstMilliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Characters = first.Runs.Sum(run => run.Text.Length);
        for (start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < warmUp;)
        {
            template.Render(variables);
        }

        Milliseconds = new(Enumerable.Range(0, renderings).Select(_ => Time(template, variables)).ToList());
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        template.Render(variables);
        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    /// <summary>Parsing and the first rendering.</summary>
    public double FirstMilliseconds { get; }

    /// <summary>Length of what is rendered, in UTF-16 units.</summary>
    public int Characters { get; }

    /// <summary>Bytes that one rendering allocates.</summary>
    public long AllocatedBytes { get; }

    /// <summary>The times of all later renderings.</summary>
    public Summary Milliseconds { get; }

    private static double Time(ChatTemplate template, Dictionary<string, object?> variables)
    {
        var start = Stopwatch.GetTimestamp();
        template.Render(variables);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
