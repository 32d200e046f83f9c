using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>What is noted while a rig file is read: mistakes, and where everything stands, so that faults found later get their place too.</summary>
internal sealed class RigNotes
{
    private readonly List<RigError> _errors = [];
    private readonly Dictionary<string, RigPosition> _places = new(StringComparer.Ordinal) { [""] = new RigPosition(1, 1) };

    /// <summary>The mistakes, in the order of the file.</summary>
    public IReadOnlyList<RigError> Errors => [.. _errors.OrderBy(error => error.At.Line).ThenBy(error => error.At.Column)];

    /// <summary>Notes where something stands.</summary>
    public void Place(string path, RigPosition at) => _places[path] = at;

    /// <summary>Notes a mistake at a place.</summary>
    public void Add(RigPosition at, string path, string message, string right) => _errors.Add(new RigError(at, path, message, right));

    /// <summary>Notes a fault of the rig as a whole, at the nearest thing that stands in the file. One mistake at one path is enough.</summary>
    public void Add(RigFault fault)
    {
        if (_errors.Any(error => error.Path == fault.Path)) return;
        var known = fault.Path;
        while (!_places.ContainsKey(known)) known = known[..Math.Max(0, known.LastIndexOf('.'))];
        Add(_places[known], fault.Path, fault.Message, fault.Right);
    }
}
