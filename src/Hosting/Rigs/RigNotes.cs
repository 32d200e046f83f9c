using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>What is noted while a rig file is read: mistakes, and where everything stands, so that faults found later get their place too.</summary>
internal sealed class RigNotes
{
    private readonly List<RigError> _errors = [];
    private readonly HashSet<string> _wrong = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RigPosition> _places = new(StringComparer.Ordinal) { [""] = new RigPosition(1, 1) };

    /// <summary>The mistakes, in the order of the file.</summary>
    public IReadOnlyList<RigError> Errors => [.. _errors.OrderBy(error => error.At.Line).ThenBy(error => error.At.Column)];

    /// <summary>Whether there is any mistake so far.</summary>
    public bool AreMistakes => _errors.Count > 0;

    /// <summary>Notes where something stands.</summary>
    public void Place(string path, RigPosition at) => _places[path] = at;

    /// <summary>Says that something was made from a template: its faults are the template's.</summary>
    public void Stands(string path, string template) => _templates[path] = template;

    /// <summary>Notes a mistake at a place.</summary>
    public void Add(RigPosition at, string path, string message, string right)
    {
        _errors.Add(new RigError(at, path, message, right));
        _wrong.Add(path);
    }

    /// <summary>Notes a fault of the rig as a whole, at the nearest thing that stands in the file. One mistake at one path is enough.</summary>
    public void Add(RigFault fault)
    {
        var path = OfTemplate(fault.Path);
        if (_wrong.Contains(path)) return;
        var known = path;
        while (!_places.ContainsKey(known)) known = Above(known);
        Add(_places[known], path, fault.Message, fault.Right);
    }

    private string OfTemplate(string path)
    {
        if (_templates.Count == 0) return path;
        for (var known = path; known.Length > 0; known = Above(known))
            if (_templates.TryGetValue(known, out var template)) return template + path[known.Length..];
        return path;
    }

    private static string Above(string path) => path[..Math.Max(0, path.LastIndexOf('.'))];
}
