using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Hosting.Control;

/// <summary>What a client asks of a running fabric: one line of JSON.</summary>
/// <param name="Do"><c>status</c>, <c>snapshot</c> or <c>release</c>.</param>
/// <param name="Camera">The camera's id, for a snapshot or a release; a release without it is for all of the guest's cameras.</param>
/// <param name="Guest">The guest's name, for a release.</param>
public sealed record ControlRequest(string Do, string? Camera = null, string? Guest = null);

/// <summary>What the fabric answers: one line of JSON; exactly one of its members is set.</summary>
/// <param name="Status">The state of everything.</param>
/// <param name="Snapshot">One frame as a picture.</param>
/// <param name="Released">The devices, as <c>GUEST/CAMERA</c>, whose quarantine has ended.</param>
/// <param name="Error">Why there is none of them.</param>
public sealed record ControlAnswer(
    FabricStatus? Status = null, SnapshotPicture? Snapshot = null, IReadOnlyList<string>? Released = null, string? Error = null);

/// <summary>One frame as a PNG.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Sequence">The frame's number.</param>
/// <param name="Format">Its pixel format and size, as text.</param>
/// <param name="Png">The picture.</param>
public sealed record SnapshotPicture(string Camera, ulong Sequence, string Format, byte[] Png);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
[JsonSerializable(typeof(FabricStatus))]
[JsonSerializable(typeof(RigStatus))]
internal sealed partial class ControlJson : JsonSerializerContext;
