using System.Text;
using Rill.CommandLine;

// Whatever the locale says: names and messages are UTF-8, as everything that goes through the pipes is.
Console.SetError(new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
return RillProgram.Run(args);
