namespace Rill.OpenAI;

/// <summary>A request to load an adapter (vLLM's <c>/v1/load_lora_adapter</c>).</summary>
/// <param name="Name">The id under which requests will name it.</param>
/// <param name="Path">Where it lies.</param>
public sealed record LoadAdapterRequest(string Name, string Path);

/// <summary>A request to unload an adapter (vLLM's <c>/v1/unload_lora_adapter</c>).</summary>
/// <param name="Name">The id under which requests name it.</param>
public sealed record UnloadAdapterRequest(string Name);
