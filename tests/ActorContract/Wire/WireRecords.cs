using MessagePack;

namespace CameraFabric.ActorContract.Tests.Wire;

// Public and not nested: the resolver that emits code at run time reaches no others.

/// <summary>A message of the first release.</summary>
[MessagePackObject]
public sealed record SettingV1([property: Key(0)] string Name, [property: Key(1)] long Value);

/// <summary>The same message of a later release: two keys were appended.</summary>
[MessagePackObject]
public sealed record SettingV2(
    [property: Key(0)] string Name,
    [property: Key(1)] long Value,
    [property: Key(2)] string? Unit,
    [property: Key(3)] int Scope);

/// <summary>A handle: a value type with a primary constructor.</summary>
[MessagePackObject]
public readonly record struct FrameHandle([property: Key(0)] ulong Sequence, [property: Key(1)] uint Slot, [property: Key(2)] Kind Kind);

/// <summary>A message that holds others.</summary>
[MessagePackObject]
public sealed record Batch(
    [property: Key(0)] FrameHandle Handle,
    [property: Key(1)] SettingV1[] Settings,
    [property: Key(2)] byte[] Payload,
    [property: Key(3)] Dictionary<string, long> Counters,
    [property: Key(4)] double? Gain);

/// <summary>A message with properties instead of a primary constructor.</summary>
[MessagePackObject]
public sealed record Described
{
    [Key(0)] public required string Name { get; init; }

    [Key(1)] public int Width { get; init; }
}

/// <summary>A message that can hold itself: what a depth attack needs.</summary>
[MessagePackObject]
public sealed record Nested([property: Key(0)] int Level, [property: Key(1)] Nested? Inner);

/// <summary>An enumeration that a later release may have extended.</summary>
public enum Kind
{
    None = 0,
    Live = 1,
}
