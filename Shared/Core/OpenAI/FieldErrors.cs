namespace Rill.OpenAI;

/// <summary>Keeps the first error met while a request's fields are read, so that reading can go straight on.</summary>
internal sealed class FieldErrors
{
    public ApiError? First { get; private set; }

    public void Add(ApiError error) => First ??= error;
}
