using Microsoft.Extensions.Options;

namespace Rill.ModelStore;

/// <summary>Checks <see cref="ModelStoreOptions"/> against its attributes.</summary>
[OptionsValidator]
public sealed partial class ModelStoreOptionsValidator : IValidateOptions<ModelStoreOptions>;
