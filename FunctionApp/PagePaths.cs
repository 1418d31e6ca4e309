namespace Rill.FunctionApp;

/// <summary>Where the web page is: the root, <c>/chat</c>, and below <c>/assets</c> what it is made of.</summary>
internal static class PagePaths
{
    /// <summary>The folder of the files whose names hold a hash of their content.</summary>
    public const string Assets = "assets/";

    /// <summary>Whether a path is the page's, whether or not there is a file for it.</summary>
    public static bool Owns(string path) => IsPage(path) || path.TrimStart('/').StartsWith(Assets, StringComparison.Ordinal);

    /// <summary>Whether a path is that of the page itself.</summary>
    public static bool IsPage(string path) => path is "" or "/" or "/chat" or "/chat/";
}
