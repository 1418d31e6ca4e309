using System.ComponentModel;

namespace Rill.AgentClients;

/// <summary>The tool of all scenarios. Its result is what the scripted model is asked to repeat.</summary>
internal static class Weather
{
    /// <summary>The cities that a scenario has asked for, in order.</summary>
    public static List<string> Asked { get; } = [];

    [Description("The weather of a city.")]
    public static string GetWeather([Description("The city.")] string city)
    {
        lock (Asked)
        {
            Asked.Add(city);
        }

        return $"sunny in {city}";
    }
}

/// <summary>What the scenarios read as an object.</summary>
internal sealed record Person(string Name, int Age);
