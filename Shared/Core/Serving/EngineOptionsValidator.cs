using Microsoft.Extensions.Options;

namespace Rill.Serving;

/// <summary>Checks <see cref="EngineOptions"/> against its ranges; all faults are told at once.</summary>
[OptionsValidator]
public sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
