using Microsoft.AspNetCore.StaticFiles;

namespace Rill.FunctionApp.Http.WebPage;

/// <summary>
/// The files of the built page, in memory: half a megabyte, read when the first is asked for. Paths are looked up among those that the build
/// has laid down, so none leads anywhere else.
/// </summary>
internal sealed class PageFiles(string folder)
{
    /// <summary>The page itself.</summary>
    public const string Index = "index.html";

    private static readonly (string Ending, string Encoding)[] s_compressed = [(".br", "br"), (".gz", "gzip")];

    private readonly Lazy<Dictionary<string, PageFile>> _files = new(() => Read(folder));

    /// <summary>Those beside the app.</summary>
    public static PageFiles OfThisApp() => new(Path.Combine(AppContext.BaseDirectory, "page"));

    /// <summary>The file of a path without its first slash, such as <c>assets/index-1a2b.js</c>; null for none.</summary>
    public PageFile? Find(string path) => _files.Value.GetValueOrDefault(path);

    private static Dictionary<string, PageFile> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var types = new FileExtensionContentTypeProvider();
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !s_compressed.Any(form => file.EndsWith(form.Ending, StringComparison.Ordinal)))
            .ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), file => Read(file, types));
    }

    private static PageFile Read(string file, FileExtensionContentTypeProvider types)
    {
        var type = types.TryGetContentType(file, out var known) ? known : "application/octet-stream";
        return new PageFile(
            type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type,
            [
                .. s_compressed.Where(form => File.Exists(file + form.Ending))
                    .Select(form => new PageFileForm(form.Encoding, File.ReadAllBytes(file + form.Ending))),
                new PageFileForm(PageFileForm.Identity, File.ReadAllBytes(file)),
            ]);
    }
}
