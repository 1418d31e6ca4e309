var builder = DistributedApplication.CreateBuilder(args);

// The small model that comes with Rill. Another one: .WithModel("hf://Qwen/Qwen3-0.6B").WithDtype("q8")
var llm = builder.AddRill("llm");

builder.AddProject<Projects.AspireApp_Service>("service")
    .WithReference(llm)
    .WaitFor(llm);

builder.Build().Run();
