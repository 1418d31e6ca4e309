using System.CommandLine;
using Rill.TrainModel;

var root = new RootCommand("Trains Rill's small default model from a corpus that it makes up itself.");
TrainCommand.AddTo(root);
root.Subcommands.Add(SampleCommand.Create());
root.Subcommands.Add(CorpusCommand.Create());
root.Subcommands.Add(ExamCommand.Create());
return root.Parse(args).Invoke();
