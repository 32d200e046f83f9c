using System.Text.Json.Serialization;

namespace CameraFabric.Guest.Program;

/// <summary>How reports become JSON; generated at compile time, so that nothing is looked up by reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GuestReport))]
internal sealed partial class GuestReportJson : JsonSerializerContext;
