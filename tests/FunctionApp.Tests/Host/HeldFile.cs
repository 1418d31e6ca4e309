namespace Rill.FunctionApp.Tests.Host;

/// <summary>
/// A file that keeps workers from starting or from being ready, or functions from ending, as long as it is there; they get its name by a setting
/// or by their query.
/// </summary>
internal sealed class HeldFile : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"rill-hold-{Guid.NewGuid():N}");

    public HeldFile(string setting) => Settings = new() { [setting] = _file };

    public Dictionary<string, string> Settings { get; }

    /// <summary>Its name as a member of a query.</summary>
    public string Query => "hold=" + Uri.EscapeDataString(_file);

    public void Begin() => File.WriteAllText(_file, "");

    public void End() => File.Delete(_file);

    public void Dispose() => End();
}
