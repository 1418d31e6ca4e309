namespace Rill.FunctionApp.Hosting;

/// <summary>Told as a load passes its steps.</summary>
/// <param name="Inspected">The small files are there, and this build can serve such a model.</param>
/// <param name="Fetched">The weights are in memory, or mapped.</param>
/// <param name="FirstByte">The first byte of the model was read.</param>
/// <param name="NativeLibrary">libtorch is loaded.</param>
/// <param name="Quantizing">This share of the weights, from 0 to 1, is quantized.</param>
internal sealed record LoadSteps(Action Inspected, Action Fetched, Action FirstByte, Action NativeLibrary, Action<double> Quantizing);
