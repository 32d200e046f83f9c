namespace CameraFabric.Guest.Virtqueues;

/// <summary>A piece of guest memory that one descriptor names.</summary>
/// <param name="Address">Guest physical address.</param>
/// <param name="Length">Bytes, 1 or more.</param>
public readonly record struct GuestSegment(ulong Address, int Length);
