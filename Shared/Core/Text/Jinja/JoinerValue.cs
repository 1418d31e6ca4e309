namespace Rill.Text.Jinja;

/// <summary>What joiner() makes: gives nothing at its first call and the separator at each later one.</summary>
internal sealed class JoinerValue(JinjaText separator) : CallableValue
{
    private bool _used;

    public override string Representation => "<Joiner>";

    public override object? Call(RenderContext context, CallArguments arguments)
    {
        var result = _used ? separator : JinjaText.Empty;
        _used = true;
        return result;
    }
}
