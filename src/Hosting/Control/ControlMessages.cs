using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Hosting.Control;

/// <summary>What a client asks of a running fabric: one line of JSON.</summary>
/// <param name="Do"><c>status</c> or <c>snapshot</c>.</param>
/// <param name="Camera">The camera's id, for a snapshot.</param>
public sealed record ControlRequest(string Do, string? Camera = null);

/// <summary>What the fabric answers: one line of JSON; exactly one of its members is set.</summary>
/// <param name="Status">The state of everything.</param>
/// <param name="Snapshot">One frame as a picture.</param>
/// <param name="Error">Why there is neither.</param>
public sealed record ControlAnswer(FabricStatus? Status = null, SnapshotPicture? Snapshot = null, string? Error = null);

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
internal sealed partial class ControlJson : JsonSerializerContext;
