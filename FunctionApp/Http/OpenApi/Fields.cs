using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>Gathers the members of an object that a request has or is.</summary>
internal sealed class Fields
{
    private readonly JsonObject _properties = [];
    private readonly JsonArray _required = [];

    /// <summary>Adds a member that may be absent, or null, which is the same.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="schema">What it may be.</param>
    /// <param name="description">What it is for; empty where the name says it.</param>
    public Fields May(string name, JsonObject schema, string description = "") => Add(name, Schema.OrNull(schema), description);

    /// <summary>Adds a member that has to be there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="schema">What it may be.</param>
    /// <param name="description">What it is for; empty where the name says it.</param>
    public Fields Must(string name, JsonObject schema, string description = "")
    {
        _required.Add(name);
        return Add(name, schema, description);
    }

    /// <summary>Adds the members that another method gathers.</summary>
    public Fields With(Func<Fields, Fields> more) => more(this);

    /// <summary>The object's schema.</summary>
    /// <param name="description">What the object is.</param>
    public JsonObject ToSchema(string description = "")
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = _properties };
        if (_required.Count > 0)
        {
            schema["required"] = _required;
        }

        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        return schema;
    }

    private Fields Add(string name, JsonObject schema, string description)
    {
        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        _properties.Add(name, schema);
        return this;
    }
}
