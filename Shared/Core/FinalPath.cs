namespace Rill;

/// <summary>Where a path leads once every link on the way is followed.</summary>
internal static class FinalPath
{
    private const int MostLinks = 40;    // as Linux has it

    /// <summary>The path without links; parts that do not exist stay as they are written.</summary>
    /// <exception cref="IOException">The links lead in a circle, or one cannot be read.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full)!;
        var parts = new Stack<string>();
        Push(full);
        for (var links = 0; parts.TryPop(out var part);)
        {
            var next = part == ".." ? Path.GetDirectoryName(current) ?? current : Path.Combine(current, part);
            if (part == ".." || new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            current = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : current;
            Push(target);
            if (++links > MostLinks)
            {
                throw new IOException("its links lead in a circle");
            }
        }

        return current;

        void Push(string link)
        {
            var names = link[(Path.GetPathRoot(link)?.Length ?? 0)..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
            foreach (var name in names.Where(name => name is not ("" or ".")).Reverse())
            {
                parts.Push(name);
            }
        }
    }
}
