using System.Net.Http.Json;
using System.Text.Json;

namespace Rill.Image.Tests.Run;

/// <summary>A running chat completion, read event by event.</summary>
internal sealed class ChatStream : IDisposable
{
    private const string Prefix = "data: ";

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private ChatStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body);
    }

    /// <summary>Asks for the completion of one message of a user.</summary>
    public static async Task<ChatStream> OpenAsync(HttpClient client, string prompt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = JsonContent.Create(new { stream = true, messages = new[] { new { role = "user", content = prompt } } }),
        };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode, await TextOfAsync(response));
        return new ChatStream(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event's data; null once the stream has ended, and if it was cut.</summary>
    public async Task<string?> NextAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    return line[Prefix.Length..];
                }
            }
        }
        catch (IOException)
        {
            // Cut off.
        }

        return null;
    }

    /// <summary>Everything that is left.</summary>
    public async Task<List<string>> RestAsync()
    {
        List<string> events = [];
        while (await NextAsync() is { } data)
        {
            events.Add(data);
        }

        return events;
    }

    /// <summary>The text of an event's first choice; empty where it has none.</summary>
    public static string TextOf(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
            && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? "" : $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}";
}
