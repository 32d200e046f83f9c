namespace CameraFabric.Device.VhostUser;

/// <summary>What a front-end asks (vhost-user, "Front-end message types"). Those that are not named here are not implemented.</summary>
public enum FrontendRequest : uint
{
    /// <summary>Asks for the virtio features offered; answered with 64 bits.</summary>
    GetFeatures = 1,

    /// <summary>Sets the virtio features negotiated.</summary>
    SetFeatures = 2,

    /// <summary>Opens the session.</summary>
    SetOwner = 3,

    /// <summary>Deprecated; ignored.</summary>
    ResetOwner = 4,

    /// <summary>Replaces the whole memory table; a descriptor for each region.</summary>
    SetMemTable = 5,

    /// <summary>Sets a ring's size.</summary>
    SetVringNum = 8,

    /// <summary>Sets a ring's addresses.</summary>
    SetVringAddr = 9,

    /// <summary>Sets a ring's next available index.</summary>
    SetVringBase = 10,

    /// <summary>Stops a ring; answered with its next available index.</summary>
    GetVringBase = 11,

    /// <summary>Gives the descriptor of a ring's kicks, and starts the ring.</summary>
    SetVringKick = 12,

    /// <summary>Gives the descriptor of a ring's calls.</summary>
    SetVringCall = 13,

    /// <summary>Gives the descriptor by which a ring's failure is told.</summary>
    SetVringErr = 14,

    /// <summary>Asks for the protocol features offered; answered with 64 bits.</summary>
    GetProtocolFeatures = 15,

    /// <summary>Sets the protocol features negotiated.</summary>
    SetProtocolFeatures = 16,

    /// <summary>Asks how many queues there are; answered with 64 bits.</summary>
    GetQueueNum = 17,

    /// <summary>Enables or disables a ring.</summary>
    SetVringEnable = 18,

    /// <summary>Gives the socket for messages of the back-end.</summary>
    SetBackendReqFd = 21,

    /// <summary>Asks for a part of the configuration space; answered with as much.</summary>
    GetConfig = 24,

    /// <summary>Writes a part of the configuration space.</summary>
    SetConfig = 25,

    /// <summary>Asks for memory in which requests in flight can be tracked; answered with its layout and its descriptor.</summary>
    GetInflightFd = 31,

    /// <summary>Gives the memory in which requests in flight are tracked; with its descriptor.</summary>
    SetInflightFd = 32,

    /// <summary>Disables all rings and resets the device.</summary>
    ResetDevice = 34,

    /// <summary>An in-band kick.</summary>
    VringKick = 35,

    /// <summary>Asks how many memory regions there may be; answered with 64 bits.</summary>
    GetMaxMemSlots = 36,

    /// <summary>Adds one memory region; with its descriptor.</summary>
    AddMemReg = 37,

    /// <summary>Removes one memory region.</summary>
    RemMemReg = 38,

    /// <summary>Tells the virtio device status.</summary>
    SetStatus = 39,

    /// <summary>Asks for the virtio device status; answered with 64 bits.</summary>
    GetStatus = 40,

    /// <summary>Asks which shared memory regions the device has; answered with their sizes.</summary>
    GetSharedMemoryConfig = 44,
}

/// <summary>What a back-end tells over its own channel (vhost-user, "Back-end message types").</summary>
public enum BackendRequest : uint
{
    /// <summary>The configuration space has changed.</summary>
    ConfigChange = 2,

    /// <summary>An in-band call of a ring.</summary>
    VringCall = 4,

    /// <summary>Maps a piece of a file into a shared memory region; with its descriptor.</summary>
    SharedMemoryMap = 9,

    /// <summary>Takes away what one <see cref="SharedMemoryMap"/> mapped.</summary>
    SharedMemoryUnmap = 10,
}

/// <summary>Optional parts of vhost-user (section "Protocol features") that both ends of this house know.</summary>
[Flags]
public enum ProtocolFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>MQ (0): the number of queues can be asked for.</summary>
    MultiQueue = 1UL << 0,

    /// <summary>REPLY_ACK (3): a message can ask to be acknowledged.</summary>
    ReplyAck = 1UL << 3,

    /// <summary>BACKEND_REQ (5): the back-end has a channel of its own.</summary>
    BackendRequests = 1UL << 5,

    /// <summary>CONFIG (9): configuration space goes over this protocol.</summary>
    Config = 1UL << 9,

    /// <summary>BACKEND_SEND_FD (10): descriptors may travel over the back-end's channel.</summary>
    BackendSendDescriptors = 1UL << 10,

    /// <summary>INFLIGHT_SHMFD (12): the front-end keeps track of the requests in flight for a back-end that crashes.</summary>
    InflightMemory = 1UL << 12,

    /// <summary>RESET_DEVICE (13).</summary>
    ResetDevice = 1UL << 13,

    /// <summary>
    /// INBAND_NOTIFICATIONS (14): kicks and calls can be messages; needs <see cref="BackendRequests"/> and <see cref="ReplyAck"/>.
    /// </summary>
    InBandNotifications = 1UL << 14,

    /// <summary>CONFIGURE_MEM_SLOTS (15): memory regions can be added and removed singly.</summary>
    ConfigureMemorySlots = 1UL << 15,

    /// <summary>STATUS (16): the virtio device status is told.</summary>
    Status = 1UL << 16,

    /// <summary>
    /// SHMEM (22): the device has shared memory regions, into which it asks the front-end to map files; needs <see cref="BackendRequests"/>,
    /// <see cref="BackendSendDescriptors"/> and <see cref="ReplyAck"/>. Offered for devices that have such regions. (Bit 21 in early drafts.)
    /// </summary>
    SharedMemory = 1UL << 22,

    /// <summary>
    /// All that the back-end offers for every device. Front-ends take offers at their word, so nothing is here that is not implemented.
    /// </summary>
    All = MultiQueue | ReplyAck | BackendRequests | Config | BackendSendDescriptors | InflightMemory | ResetDevice
        | InBandNotifications | ConfigureMemorySlots | Status,
}
