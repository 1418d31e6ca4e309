using Rill.FunctionApp.Hosting;

namespace Rill.FunctionApp.Tests.Start;

public sealed class RunnerNotesTests
{
    [Fact]
    public void ReadBy_NotesBeforeAndAfter_GetsEachOnceInOrder()
    {
        var read = new List<string>();
        var notes = new RunnerNotes();
        notes.Add("first");
        notes.Add("second");

        notes.ReadBy(read.Add);
        notes.Add("third");

        Assert.Equal(["first", "second", "third"], read);
    }
}
