namespace Rill.FunctionsWorker.Invocations;

/// <summary>The invocation that the running code belongs to, so that its log lines can name it.</summary>
internal static class CurrentInvocation
{
    private static readonly AsyncLocal<string?> s_id = new();

    public static string? Id
    {
        get => s_id.Value;
        set => s_id.Value = value;
    }
}
