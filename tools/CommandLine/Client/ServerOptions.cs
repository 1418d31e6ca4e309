using System.CommandLine;
using System.CommandLine.Parsing;

namespace Rill.CommandLine.Client;

/// <summary>The options that say which server a command talks to.</summary>
internal sealed class ServerOptions
{
    /// <summary>The variable that holds the key where no option does, so that it stands in no list of processes.</summary>
    public const string KeyVariable = "RILL_API_KEY";

    /// <summary><c>--url</c>.</summary>
    public Option<Uri?> Url { get; } = new("--url")
    {
        Description = $"The server's address; /v1 at its end may be left out. [default: {ServerAddress.Default}]",
        CustomParser = ParseUrl,
    };

    /// <summary><c>--key</c>.</summary>
    public Option<string?> Key { get; } = new("--key") { Description = $"The key, sent as a bearer. [default: the variable {KeyVariable}]" };

    /// <summary><c>--model</c>, completed with what the server lists.</summary>
    public Option<string?> Model { get; } = new("--model") { Description = "The model to name; the first that the server lists if absent.", HelpName = "MODEL" };

    /// <summary>Makes the options.</summary>
    public ServerOptions() => Model.CompletionSources.Add(context => ModelNames.Of(context.ParseResult, this));

    /// <summary>A client for the server that a command line names.</summary>
    public ApiClient NewClient(ParseResult parsed) => new(ServerAddress.ApiOf(parsed.GetValue(Url) ?? ServerAddress.Default), KeyOf(parsed))
    {
        IsDefault = parsed.GetValue(Url) is null,
    };

    /// <summary>The key; null for none.</summary>
    public string? KeyOf(ParseResult parsed) => parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable(KeyVariable) switch
    {
        null or "" => null,
        var key => key,
    };

    /// <summary>Reads an address.</summary>
    public static Uri? ParseUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        result.AddError("--url must be an address with http:// or https://.");
        return null;
    }
}
