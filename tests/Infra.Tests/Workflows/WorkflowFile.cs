using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>A workflow of .github/workflows.</summary>
internal sealed record WorkflowFile(string Name)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<WorkflowFile> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Find(".github", "workflows")).Select(path => new WorkflowFile(Path.GetFileName(path))).OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(file => file.Name)];

    /// <summary>The whole text.</summary>
    public string Text => Repository.Read(".github", "workflows", Name);

    /// <summary>The file's root.</summary>
    public YamlMappingNode Root { get; } = Yaml.Load(".github", "workflows", Name);

    /// <summary>The jobs by name.</summary>
    public IEnumerable<(string Name, YamlNode Value)> Jobs => Root.At("jobs").Entries();

    /// <summary>All steps of all jobs.</summary>
    public IEnumerable<YamlNode> Steps => Jobs.SelectMany(job => StepsOf(job.Name));

    /// <summary>The scripts of all steps.</summary>
    public IEnumerable<string> Scripts => Steps.Select(step => step.Find("run")?.Text()).OfType<string>();

    /// <summary>The steps of a job; none where it calls another workflow.</summary>
    public IReadOnlyList<YamlNode> StepsOf(string job) => Root.At($"jobs.{job}").Find("steps") is YamlSequenceNode steps ? [.. steps.Children] : [];
}
