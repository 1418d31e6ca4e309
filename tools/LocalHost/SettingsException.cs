namespace Rill.LocalHost;

/// <summary>Something that the user has set is wrong; the message says what, and what to do, in one sentence.</summary>
internal sealed class SettingsException(string message) : Exception(message);
