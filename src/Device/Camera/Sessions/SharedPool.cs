namespace CameraFabric.Device.Camera.Sessions;

/// <summary>A camera's frame pool that is mapped into a guest, for reading alone.</summary>
/// <param name="Id">The pool's number.</param>
/// <param name="Offset">Where it lies in shared memory region 0, in bytes.</param>
/// <param name="Bytes">Bytes that are mapped.</param>
/// <param name="SlotBytes">Bytes from one slot to the next.</param>
/// <param name="Slots">How many slots.</param>
/// <param name="DataOffset">Where a frame's bytes begin in its slot.</param>
public sealed record SharedPool(int Id, long Offset, long Bytes, long SlotBytes, int Slots, int DataOffset);
