using Microsoft.Extensions.DependencyInjection;
using Rill.Serving;

namespace Rill.FunctionApp.Hosting;

/// <summary>The engine, for those who live longer than the model's load takes.</summary>
public sealed class ServingEngine
{
    private readonly ModelLoad _load;
    private readonly IServiceProvider _services;

    internal ServingEngine(ModelLoad load, IServiceProvider services) => (_load, _services) = (load, services);

    /// <summary>The engine; null while the model is loading. The first look at a loaded model starts it.</summary>
    internal InferenceEngine? Current => _load.IsReady ? _services.GetRequiredService<InferenceEngine>() : null;
}
