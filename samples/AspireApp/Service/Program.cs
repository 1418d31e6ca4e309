using System.ClientModel;
using System.Data.Common;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using OpenTelemetry;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(args);

// With Microsoft's package Aspire.OpenAI these four lines are one: builder.AddOpenAIClient("llm").AddChatClient();
var llm = new DbConnectionStringBuilder { ConnectionString = builder.Configuration.GetConnectionString("llm") };
var key = new ApiKeyCredential((string)llm["Key"]);
var client = new ChatClient((string)llm["Model"], key, new() { Endpoint = new Uri((string)llm["Endpoint"]) });
builder.Services.AddChatClient(client.AsIChatClient());

// Traces that Aspire's dashboard shows from this service's request down to Rill's.
builder.Services.AddOpenTelemetry()
    .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
    .UseOtlpExporter();

var app = builder.Build();

// A reader who leaves takes the request with him: Rill stops, and his place is free.
app.MapGet("/", async (HttpResponse response, IChatClient chat, CancellationToken cancellation, string ask = "Tell me a story about a river.") =>
{
    response.ContentType = "text/plain; charset=utf-8";
    await foreach (var update in chat.GetStreamingResponseAsync(ask, cancellationToken: cancellation))
    {
        await response.WriteAsync(update.Text, cancellation);
    }
});

app.Run();
