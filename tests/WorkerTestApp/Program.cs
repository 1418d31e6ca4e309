using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rill.WorkerTestApp;

if (Environment.GetEnvironmentVariable("TestApp__FailStart") is { } reason)
{
    Console.Error.WriteLine(reason);
    return 7;
}

while (File.Exists(Environment.GetEnvironmentVariable("TestApp__HoldStart")))
{
    Thread.Sleep(20);
}

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton<Observations>();
builder.Services.AddSingleton<Drain>();
builder.Services.AddHostedService(services => services.GetRequiredService<Drain>());
builder.UseMiddleware<StampMiddleware>();
builder.UseMiddleware(async (context, next) =>
{
    context.GetHttpContext()!.Response.Headers.Append("x-steps", "inner");
    await next();
});
var app = builder.Build();
if (Environment.GetEnvironmentVariable("TestApp__FailLater") is { } laterReason)
{
    app.Start();
    Thread.Sleep(500);
    Console.Error.WriteLine(laterReason);
    Environment.Exit(1);
}

app.Run();
return 0;
