using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.StandIn;

/// <summary>
/// infra/main.bicepparam as the caller's variables fill it, read from the files as they stand: a variable that the file does not read
/// changes nothing, and a value that infra/main.bicep does not allow is refused.
/// </summary>
internal sealed partial class Template
{
    private readonly Dictionary<string, string> _values = [];

    private Template(string location) => Location = location;

    public string Location { get; }

    public string this[string parameter] => _values[parameter];

    /// <summary>Part of every name, the same for the same subscription, names and salt.</summary>
    public string Token(Subscription subscription)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
            $"{subscription.Id}|{this["environmentName"]}|{this["location"]}|{this["nameSalt"]}"));
        return Convert.ToHexStringLower(hash)[..13];
    }

    /// <summary>What a revision is made of: the image, then every parameter that reaches the app.</summary>
    public string ForRevision => string.Join('\n', new[] { this["image"] }.Concat(
        _values.Where(value => value.Key is "gpu" or "model" or "minReplicas" or "maxReplicas" or "readyWhen" or "settings").Select(value => $"{value.Key}={value.Value}"))) + "\n";

    /// <summary>Reads the parameter file that a call names.</summary>
    public static Template Read(Call call, string file, string location)
    {
        if (!File.Exists(call.Find(file)))
        {
            throw new CommandFailure($"{file} was not found in {call.Folder}.");
        }

        var template = new Template(location);
        foreach (Match parameter in Parameter().Matches(File.ReadAllText(call.Find(file))))
        {
            var variable = call.Variable(parameter.Groups["variable"].Value);
            template._values[parameter.Groups["name"].Value] = call.Variables.ContainsKey(parameter.Groups["variable"].Value) ? variable : parameter.Groups["default"].Value;
        }

        template.Check();
        return template;
    }

    /// <summary>The names of infra/main.bicep's outputs.</summary>
    public static IEnumerable<string> Outputs => Output().Matches(Repository.Read("infra", "main.bicep")).Select(match => match.Groups[1].Value);

    private void Check()
    {
        foreach (Match allowed in Allowed().Matches(Repository.Read("infra", "main.bicep")))
        {
            var values = allowed.Groups["values"].Value.Split(',').Select(value => value.Trim(' ', '\'')).ToList();
            var name = allowed.Groups["name"].Value;
            if (_values.TryGetValue(name, out var value) && !values.Contains(value))
            {
                throw new CommandFailure($"InvalidTemplate: the provided value '{value}' for the template parameter '{name}' is not valid; allowed: {string.Join(", ", values)}.");
            }
        }

        if (this["environmentName"].Length is 0 or > 20 || this["environmentName"].Any(char.IsUpper))
        {
            throw new CommandFailure("InvalidTemplate: environmentName is not valid.");
        }
    }

    [GeneratedRegex(@"^param (?<name>\w+) = .*?readEnvironmentVariable\('(?<variable>\w+)', '(?<default>[^']*)'\)", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"@allowed\(\[(?<values>[^\]]*)\]\)\nparam (?<name>\w+) ")]
    private static partial Regex Allowed();

    [GeneratedRegex(@"^output (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Output();
}
