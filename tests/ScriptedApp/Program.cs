using Rill.FunctionApp.Hosting;
using Rill.ScriptedApp;

return await RillApp.RunAsync(args, new ScriptedModelLoader());
